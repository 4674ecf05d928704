package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.RunningState.Statistics;
import dev.checkrail.balancer.RunningState.Value;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.read.ReadReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Limits and switches that can be told to a worker and that it shows: {@code set maxconn}, {@code
 * set rate-limit}, {@code disable health}, {@code disable agent}, {@code set server … check-port},
 * {@code check-addr}, {@code fqdn} and {@code ssl} [management guide 9.3].
 */
final class Limits {
  static final String HEALTH = "health-check";
  static final String AGENT = "agent-check";
  static final String CHECK_PORT = "check-port";
  static final String CHECK_ADDRESS = "check-address";
  static final String TLS = "tls";
  static final String HOST = "host";
  static final String MAXCONN = "maxconn";
  private static final String PROCESS = "process";
  private static final String FRONTEND = "frontend ";

  /** Limits of the whole process: as a file calls them and as {@code show info} does. */
  private enum Rate {
    CONNECTIONS("connection-rate", "maxconnrate", "ConnRateLimit", "connections", 1),
    SESSIONS("session-rate", "maxsessrate", "SessRateLimit", "sessions", 1),
    TLS_SESSIONS("tls-session-rate", "maxsslrate", "SslRateLimit", "ssl-sessions", 1),
    COMPRESSION("compression-rate", "maxcomprate", "CompressBpsRateLim", "http-compression", 1024);

    private final String word;
    private final String keyword;
    private final String field;
    private final String told;
    private final int unit;

    Rate(String word, String keyword, String field, String told, int unit) {
      this.word = word;
      this.keyword = keyword;
      this.field = field;
      this.told = told;
      this.unit = unit;
    }
  }

  private Limits() {}

  // --- what a worker shows

  static List<Value> shown(Map<String, String> info, List<Statistics> rows) {
    List<Value> values = new ArrayList<>();
    Optional<String> begun = Optional.ofNullable(info.get("Hard_maxconn"));
    Optional.ofNullable(info.get("Maxconn"))
        .ifPresent(now -> values.add(new Value(PROCESS, MAXCONN, now, begun)));
    for (Rate rate : Rate.values()) {
      Optional.ofNullable(info.get(rate.field))
          .ifPresent(now -> values.add(new Value(PROCESS, rate.word, now, Optional.empty())));
    }
    for (Statistics row : rows) {
      String limit = row.values().getOrDefault("slim", "0");
      if (row.service().equals("FRONTEND")) {
        // One that its file does not give is that of the process.
        values.add(new Value(FRONTEND + row.proxy(), MAXCONN, limit, begun));
      } else if (!row.service().equals("BACKEND")) {
        values.add(Value.of(new ServerName(row.proxy(), row.service()), MAXCONN, limit));
      }
    }
    return values;
  }

  // --- what files give

  static List<Value> inFiles(ReadReport read) {
    List<Value> values = new ArrayList<>();
    Map<String, String> global = new HashMap<>();
    read.configuration().settings().forEach(setting -> global.put(setting.name(), setting.value()));
    for (Rate rate : Rate.values()) {
      number(global.getOrDefault(rate.keyword, "0"))
          .ifPresent(limit ->
              values.add(
                  new Value(
                      PROCESS, rate.word, String.valueOf(limit * rate.unit), Optional.empty())));
    }
    for (Frontend frontend : read.configuration().frontends()) {
      frontend.settings().stream()
          .filter(setting -> setting.name().equals(MAXCONN))
          .map(Setting::value)
          .filter(value -> value.matches("[1-9]\\d*"))
          .findFirst()
          .ifPresent(value ->
              values.add(new Value(FRONTEND + frontend.name(), MAXCONN, value, Optional.empty())));
    }
    for (Pool pool : read.configuration().pools()) {
      pool.servers()
          .forEach(server -> of(new ServerName(pool.name(), server.name()), server, values));
    }
    return values;
  }

  private static void of(ServerName name, Server server, List<Value> values) {
    boolean agent = server.check().map(Server.Check::agent).orElse(false);
    values.add(Value.of(name, TLS, ServersState.onOff(server.tls())));
    values.add(Value.of(name, AGENT, "on"));
    if (server.byName() && server.address().matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      values.add(Value.of(name, HOST, server.address().toLowerCase(Locale.ROOT)));
    }
    if (server.check().isPresent()) {
      values.add(Value.of(name, HEALTH, "on"));
    }
    if (!agent) { // an agent may tell a limit; and its address may be that of the check
      limit(server).ifPresent(limit -> values.add(Value.of(name, MAXCONN, String.valueOf(limit))));
      server
          .check()
          .ifPresent(check -> {
            OptionalInt port = check.port();
            values.add(Value.of(name, CHECK_PORT, String.valueOf(port.orElse(0))));
            if (check.address().map(text -> text.matches("[0-9.]+")).orElse(true)) {
              values.add(Value.of(name, CHECK_ADDRESS, check.address().orElse("-")));
            }
          });
    }
  }

  /** {@code minconn} raises a lower {@code maxconn}. */
  private static Optional<Long> limit(Server server) {
    Optional<String> least =
        server.options().stream()
            .filter(option -> option.name().equals("minconn"))
            .map(Setting::value)
            .findFirst();
    Optional<Long> minimum = least.isEmpty() ? Optional.of(0L) : number(least.get());
    return minimum.map(it -> Math.max(it, server.maxConnections().orElse(0)));
  }

  private static Optional<Long> number(String text) {
    return text.matches("\\d{1,12}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  // --- how it is told

  /** The command that sets it. */
  static String command(Value value) throws BalancerException {
    String word = Text.word(value.value());
    boolean on = word.equals("on");
    if (value.server().isPresent()) {
      String server = HaproxyDriver.name(value.server().get());
      return switch (value.name()) {
        case HEALTH -> (on ? "enable" : "disable") + " health " + server;
        case AGENT -> (on ? "enable" : "disable") + " agent " + server;
        case CHECK_PORT -> "set server " + server + " check-port " + word;
        case CHECK_ADDRESS -> "set server " + server + " check-addr " + word;
        case HOST -> "set server " + server + " fqdn " + word;
        case TLS -> "set server " + server + " ssl " + word;
        case MAXCONN -> "set maxconn server " + server + " " + word;
        case String other -> throw unknown(other);
      };
    }
    if (value.of().startsWith(FRONTEND) && value.name().equals(MAXCONN)) {
      return "set maxconn frontend "
          + Text.word(value.of().substring(FRONTEND.length()))
          + " "
          + word;
    }
    if (value.name().equals(MAXCONN)) {
      return "set maxconn global " + word;
    }
    for (Rate rate : Rate.values()) {
      Optional<Long> limit = number(word);
      if (rate.word.equals(value.name()) && limit.isPresent()) {
        return "set rate-limit " + rate.told + " global " + limit.get() / rate.unit;
      }
    }
    throw unknown(value.name());
  }

  private static BalancerException unknown(String name) {
    return new BalancerException(Kind.UNSUPPORTED, "HAProxy can't be told " + Text.shown(name));
  }
}
