package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Server;
import dev.checkrail.balancer.ServerName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What {@code show servers state} says, format 1 [management guide 9.3]. */
final class ServersState {
  /**
   * A person said maint, a person said drain; what a file or a tracked server says is not asked.
   */
  private static final int FORCED_MAINT = 0x01;

  private static final int FORCED_DRAIN = 0x08;
  private static final int STOPPED = 0;

  private ServersState() {}

  static List<Server> parse(String text) throws BalancerException {
    List<String> lines = text.lines().toList();
    if (lines.size() < 2 || !lines.get(0).strip().equals("1") || !lines.get(1).startsWith("# ")) {
      throw unintelligible(lines.isEmpty() ? "" : lines.getFirst());
    }
    List<String> columns = Arrays.asList(lines.get(1).substring(2).strip().split(" "));
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
      throw unintelligible(lines.get(1));
    }
    List<Server> servers = new ArrayList<>();
    for (String line : lines.subList(2, lines.size())) {
      String[] words = line.split(" ", -1);
      if (words.length < columns.size()) {
        continue;
      }
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
        throw unintelligible(line);
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
