package dev.checkrail.balancer.haproxy;

import static dev.checkrail.balancer.haproxy.Limits.AGENT;
import static dev.checkrail.balancer.haproxy.Limits.CHECK_ADDRESS;
import static dev.checkrail.balancer.haproxy.Limits.CHECK_PORT;
import static dev.checkrail.balancer.haproxy.Limits.HEALTH;
import static dev.checkrail.balancer.haproxy.Limits.HOST;
import static dev.checkrail.balancer.haproxy.Limits.TLS;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Server;
import dev.checkrail.balancer.RunningState.Value;
import dev.checkrail.balancer.ServerName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What {@code show servers state} says, format 1 [management guide 9.3]. */
final class ServersState {
  /**
   * A person said maint, a person said drain; what a file or a tracked server says is not asked.
   */
  private static final int FORCED_MAINT = 0x01;

  private static final int FORCED_DRAIN = 0x08;
  private static final int STOPPED = 0;

  /** Of a check or an agent: that there is one, and that it is not switched off. */
  private static final int CONFIGURED = 0x02;

  private static final int ENABLED = 0x04;

  private ServersState() {}

  /** Its lines, by the names of its columns. */
  private record Sheet(List<String> columns, List<String[]> rows) {
    Sheet {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
    }

    static Sheet of(String text) throws BalancerException {
      List<String> lines = text.lines().toList();
      if (lines.size() < 2 || !lines.get(0).strip().equals("1") || !lines.get(1).startsWith("# ")) {
        throw unintelligible(lines.isEmpty() ? "" : lines.getFirst());
      }
      List<String> columns = Arrays.asList(lines.get(1).substring(2).strip().split(" "));
      List<String[]> rows = new ArrayList<>();
      for (String line : lines.subList(2, lines.size())) {
        String[] words = line.split(" ", -1);
        if (words.length >= columns.size()) {
          rows.add(words);
        }
      }
      return new Sheet(columns, rows);
    }
  }

  /** What of servers can be told besides states and weights. */
  static List<Value> values(String text) throws BalancerException {
    Sheet sheet = Sheet.of(text);
    List<String> columns = sheet.columns();
    int check = columns.indexOf("srv_check_state");
    int agent = columns.indexOf("srv_agent_state");
    int tls = columns.indexOf("srv_use_ssl");
    int port = columns.indexOf("srv_check_port");
    int address = columns.indexOf("srv_check_addr");
    int host = columns.indexOf("srv_fqdn");
    int record = columns.indexOf("srvrecord");
    int pool = columns.indexOf("be_name");
    int name = columns.indexOf("srv_name");
    List<Value> values = new ArrayList<>();
    if (check < 0 || agent < 0 || tls < 0 || port < 0 || address < 0 || pool < 0 || name < 0) {
      return values; // another version; then less is compared
    }
    for (String[] words : sheet.rows()) {
      ServerName server = new ServerName(words[pool], words[name]);
      try {
        int checked = Integer.parseInt(words[check]);
        int asked = Integer.parseInt(words[agent]);
        if ((checked & CONFIGURED) != 0) {
          values.add(Value.of(server, CHECK_PORT, words[port]));
          values.add(Value.of(server, CHECK_ADDRESS, words[address]));
          // Last, for the others are refused while it is off.
          values.add(Value.of(server, HEALTH, onOff((checked & ENABLED) != 0)));
        }
        if ((asked & CONFIGURED) != 0) {
          values.add(Value.of(server, AGENT, onOff((asked & ENABLED) != 0)));
        }
        values.add(Value.of(server, TLS, onOff(words[tls].equals("1"))));
        // A name that came out of an SRV record is nobody's doing.
        boolean named = host >= 0 && record >= 0 && words[record].equals("-");
        if (named && !words[host].equals("-")) {
          values.add(Value.of(server, HOST, words[host].toLowerCase(Locale.ROOT)));
        }
      } catch (NumberFormatException e) {
        throw unintelligible(String.join(" ", words));
      }
    }
    return values;
  }

  static String onOff(boolean on) {
    return on ? "on" : "off";
  }

  static List<Server> parse(String text) throws BalancerException {
    Sheet sheet = Sheet.of(text);
    List<String> columns = sheet.columns();
    int pool = columns.indexOf("be_name");
    int name = columns.indexOf("srv_name");
    int address = columns.indexOf("srv_addr");
    int operating = columns.indexOf("srv_op_state");
    int admin = columns.indexOf("srv_admin_state");
    int weight = columns.indexOf("srv_uweight");
    int initial = columns.indexOf("srv_iweight");
    int port = columns.indexOf("srv_port");
    if (pool < 0
        || name < 0
        || address < 0
        || operating < 0
        || admin < 0
        || weight < 0
        || initial < 0
        || port < 0) {
      throw unintelligible(String.join(" ", columns));
    }
    List<Server> servers = new ArrayList<>();
    for (String[] words : sheet.rows()) {
      try {
        int told = Integer.parseInt(words[admin]);
        servers.add(
            new Server(
                new ServerName(words[pool], words[name]),
                address(words[address], words[port]),
                (told & FORCED_MAINT) != 0
                    ? Admin.MAINT
                    : (told & FORCED_DRAIN) != 0 ? Admin.DRAIN : Admin.READY,
                Integer.parseInt(words[weight]),
                Integer.parseInt(words[initial]),
                Integer.parseInt(words[operating]) != STOPPED));
      } catch (NumberFormatException e) {
        throw unintelligible(String.join(" ", words));
      }
    }
    return servers;
  }

  private static String address(String address, String port) {
    if (address.equals("-")) {
      return ""; // a UNIX socket, or a name that was not resolved
    }
    return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
  }

  private static BalancerException unintelligible(String line) {
    return new BalancerException(
        Kind.UNINTELLIGIBLE, "'show servers state' is not understood: '" + Text.shown(line) + "'");
  }
}
