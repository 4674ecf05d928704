package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Setting;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.Word;
import java.util.List;
import java.util.Set;

/** Names and values of settings, stable so that two configurations can be compared. */
final class LowerSetting {
  /** Keywords whose first argument belongs to the name. */
  private static final Set<String> TWO_WORDS =
      Set.of(
          "timeout",
          "option",
          "compression",
          "stats",
          "monitor",
          "rate-limit",
          "email-alert",
          "http-check",
          "tcp-check",
          "capture",
          "declare",
          "persist",
          "http-response",
          "http-after-response",
          "tcp-response",
          "tcp-request",
          "filter",
          "set-var",
          "set-var-fmt");

  /** Keywords whose lines add up instead of replacing each other. */
  private static final Set<String> LISTS =
      Set.of(
          "http-check",
          "tcp-check",
          "capture",
          "declare",
          "http-response",
          "http-after-response",
          "tcp-response",
          "filter",
          "stick",
          "log",
          "force-persist",
          "ignore-persist",
          "stats",
          "monitor",
          "use-fcgi-app",
          "setenv",
          "presetenv",
          "set-var",
          "set-var-fmt",
          "acl",
          "http-request",
          "errorfile",
          "errorfiles",
          "errorloc",
          "errorloc302",
          "errorloc303",
          "http-error",
          "default-server",
          "server",
          "server-template",
          "bind",
          "use_backend",
          "use-server",
          "redirect",
          "lua-load",
          "lua-load-per-thread",
          "cpu-map");

  private static final Set<String> FRONTEND_ONLY =
      Set.of(
          "timeout client",
          "timeout client-fin",
          "maxconn",
          "backlog",
          "rate-limit sessions",
          "monitor-uri",
          "default_backend",
          "clitcpka-cnt",
          "clitcpka-idle",
          "clitcpka-intvl",
          "log-format",
          "log-format-sd",
          "error-log-format",
          "unique-id-format",
          "unique-id-header",
          "option httplog",
          "option tcplog",
          "option httpslog",
          "option clitcpka",
          "option contstats",
          "option dontlognull",
          "option dontlog-normal",
          "option log-separate-errors",
          "option logasap",
          "option accept-invalid-http-request",
          "option http-ignore-probes",
          "option idle-close-on-response",
          "option socket-stats",
          "option tcp-smart-accept",
          "option http-use-proxy-header",
          "option h1-case-adjust-bogus-client",
          "option disable-h2-upgrade");

  private static final Set<String> BACKEND_ONLY =
      Set.of(
          "timeout server",
          "timeout server-fin",
          "timeout connect",
          "timeout queue",
          "timeout check",
          "timeout tunnel",
          "retries",
          "retry-on",
          "balance",
          "hash-type",
          "hash-balance-factor",
          "cookie",
          "dynamic-cookie-key",
          "fullconn",
          "http-reuse",
          "source",
          "load-server-state-from-file",
          "server-state-file-name",
          "max-keep-alive-queue",
          "max-session-srv-conns",
          "http-send-name-header",
          "dispatch",
          "transparent",
          "external-check",
          "persist rdp-cookie",
          "srvtcpka-cnt",
          "srvtcpka-idle",
          "srvtcpka-intvl",
          "stick-table",
          "option redispatch",
          "option httpchk",
          "option tcp-check",
          "option ssl-hello-chk",
          "option smtpchk",
          "option mysql-check",
          "option pgsql-check",
          "option redis-check",
          "option ldap-check",
          "option spop-check",
          "option external-check",
          "option allbackups",
          "option persist",
          "option prefer-last-server",
          "option abortonclose",
          "option checkcache",
          "option transparent",
          "option srvtcpka",
          "option log-health-checks",
          "option tcp-smart-connect",
          "option http-pretend-keepalive",
          "option accept-invalid-http-response",
          "option h1-case-adjust-bogus-server",
          "option http_proxy");

  private LowerSetting() {}

  /** {@code timeout client}, {@code maxconn}. */
  static String name(Directive directive) {
    String keyword = directive.keyword().value();
    if (TWO_WORDS.contains(keyword) && !directive.args().isEmpty()) {
      String first = directive.arg(0);
      int parenthesis = first.indexOf('(');
      return keyword + " " + (parenthesis < 0 ? first : first.substring(0, parenthesis));
    }
    return switch (keyword) {
      case "contimeout" -> "timeout connect";
      case "clitimeout" -> "timeout client";
      case "srvtimeout" -> "timeout server";
      case "redispatch" -> "option redispatch";
      case String plain -> plain;
    };
  }

  static boolean isList(Directive directive) {
    return LISTS.contains(directive.keyword().value());
  }

  static boolean forFrontends(String name) {
    return !BACKEND_ONLY.contains(name);
  }

  static boolean forPools(String name) {
    return !FRONTEND_ONLY.contains(name);
  }

  static Setting setting(Directive directive) {
    String name = name(directive);
    List<Word> words =
        name.indexOf(' ') > 0 && TWO_WORDS.contains(directive.keyword().value())
            ? directive.from(1)
            : directive.args();
    String written = KeptText.words(directive.line().words());
    String value =
        switch (directive.prefix()) {
          case NO -> "off";
          case DEFAULT -> "default";
          case NONE -> value(name, words, directive);
        };
    return new Setting(name, value, shorten(written, directive, words), directive.span());
  }

  private static String value(String name, List<Word> words, Directive directive) {
    if (words.isEmpty()) {
      return "on";
    }
    // The whole directive decides on what is a secret, its tail is the value.
    String all = KeptText.values(directive.line().words());
    String tail = KeptText.values(words);
    String shown = all.endsWith(tail) ? tail : all;
    boolean time = words.size() == 1 && (name.startsWith("timeout ") || isTime(name));
    return time ? Times.normal(shown) : shown;
  }

  private static boolean isTime(String name) {
    return switch (name) {
      case "hard-stop-after",
          "grace",
          "close-spread-time",
          "stats timeout",
          "max-spread-checks",
          "tcp-request inspect-delay",
          "tcp-response inspect-delay" ->
          true;
      case String other -> false;
    };
  }

  private static String shorten(String written, Directive directive, List<Word> words) {
    String tail = KeptText.words(words);
    return words.isEmpty() ? name(directive) : written.endsWith(tail) ? tail : written;
  }
}
