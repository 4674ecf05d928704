package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Settings of servers. */
final class CompareServers {
  /** Options that say how a check is made, or what follows from it. */
  private static final List<String> OF_CHECK =
      List.of(
          "fastinter",
          "downinter",
          "check-ssl",
          "check-sni",
          "check-alpn",
          "check-proto",
          "check-send-proxy",
          "check-via-socks4",
          "agent-port",
          "agent-addr",
          "agent-inter",
          "agent-send",
          "observe",
          "error-limit",
          "on-error",
          "on-marked-down",
          "on-marked-up");

  /** Options that say what the server gets before the request, or in which protocol. */
  private static final List<String> OF_CONNECTION =
      List.of(
          "send-proxy",
          "send-proxy-v2",
          "send-proxy-v2-ssl",
          "send-proxy-v2-ssl-cn",
          "proxy-v2-options",
          "proto",
          "socks4");

  private CompareServers() {}

  static void compare(Counterparts counterparts, SettingChanges changes) {
    for (Counterparts.Pools pools : counterparts.pools()) {
      boolean cookies =
          pools.old().persistence().flatMap(Pool.Persistence::cookie).isPresent()
              && pools.now().persistence().flatMap(Pool.Persistence::cookie).isPresent();
      for (Counterparts.Servers pair : pools.servers()) {
        String subject = pools.subject(pair.now());
        check(pair, subject, changes);
        tls(pair, subject, counterparts, changes);
        CompareLimits.of(limits(pair.old()), limits(pair.now()), subject, changes);
        slowStart(pair, subject, changes);
        connection(pair, subject, changes);
        if (cookies) {
          changes.ifDifferent(
              RuleId.DIFF_PERSISTENCE_CHANGED,
              subject,
              "cookie value that binds clients to it",
              pair.old().cookie().orElse(SettingChanges.NONE),
              pair.now().cookie().orElse(SettingChanges.NONE),
              Optional.of(pair.now().span()));
        }
      }
    }
    namesAtStart(counterparts, changes);
  }

  private static void check(Counterparts.Servers pair, String subject, SettingChanges changes) {
    Server old = pair.old();
    Server now = pair.now();
    if (watched(old) && !watched(now)) {
      changes.add(
          RuleId.DIFF_CHECK_DROPPED,
          subject,
          "health check",
          old.check().map(check -> text(check, old)).orElse("as " + old.track().orElse("")),
          SettingChanges.NONE,
          now.span());
      return;
    }
    if (!watched(old)) {
      return;
    }
    changes.ifDifferent(
        RuleId.DIFF_CHECK_CHANGED,
        subject,
        "health check",
        old.check().map(check -> text(check, old)).orElse("as " + old.track().orElse("")),
        now.check().map(check -> text(check, now)).orElse("as " + now.track().orElse("")),
        Optional.of(now.check().map(Server.Check::span).orElse(now.span())));
  }

  private static boolean watched(Server server) {
    return server.check().isPresent() || server.track().isPresent();
  }

  private static String text(Server.Check check, Server server) {
    StringBuilder text = new StringBuilder();
    text.append("every ").append(check.intervalMillis()).append("ms");
    text.append(", fall ").append(check.fall()).append(", rise ").append(check.rise());
    String address = check.address().filter(other -> !other.equals(server.address())).orElse("");
    boolean otherPort = check.port().isPresent() && check.port().getAsInt() != server.port();
    if (!address.isEmpty()) {
      text.append(", address ").append(address);
    }
    if (otherPort) {
      text.append(", port ").append(check.port().getAsInt());
    }
    if (check.agent()) {
      text.append(", agent");
    }
    Map<String, Setting> options = SettingChanges.byName(server.options());
    for (String name : OF_CHECK) {
      if (options.containsKey(name)) {
        text.append(", ").append(name).append(' ').append(SettingChanges.value(options, name));
      }
    }
    return text.toString();
  }

  private static void tls(
      Counterparts.Servers pair, String subject, Counterparts all, SettingChanges changes) {
    Server old = pair.old();
    Server now = pair.now();
    if (old.tls() != now.tls()) {
      changes.add(
          RuleId.DIFF_TLS_CHANGED,
          subject,
          "TLS",
          old.tls() ? "on" : "off",
          now.tls() ? "on" : "off",
          now.span());
    } else if (now.tls()) {
      Map<String, String> before = EffectiveTls.ofServer(old, all.old().settings());
      Map<String, String> after = EffectiveTls.ofServer(now, all.candidate().settings());
      Set<String> names = new TreeSet<>(before.keySet());
      names.addAll(after.keySet());
      for (String name : names) {
        changes.ifDifferent(
            RuleId.DIFF_TLS_CHANGED,
            subject,
            name,
            before.getOrDefault(name, SettingChanges.NONE),
            after.getOrDefault(name, SettingChanges.NONE),
            Optional.of(now.span()));
      }
    }
  }

  private static List<Setting> limits(Server server) {
    if (server.maxConnections().isEmpty()) {
      return server.options();
    }
    String limit = Integer.toString(server.maxConnections().getAsInt());
    List<Setting> all = new ArrayList<>(server.options());
    all.add(new Setting("maxconn", limit, limit, server.span()));
    return all;
  }

  private static void slowStart(Counterparts.Servers pair, String subject, SettingChanges changes) {
    Map<String, Setting> after = SettingChanges.byName(pair.now().options());
    changes.ifDifferent(
        RuleId.DIFF_BALANCE_CHANGED,
        subject,
        "slowstart",
        SettingChanges.value(SettingChanges.byName(pair.old().options()), "slowstart"),
        SettingChanges.value(after, "slowstart"),
        Optional.of(pair.now().span()));
  }

  /** A server that expects a PROXY header, or does not, refuses whatever comes otherwise. */
  private static void connection(
      Counterparts.Servers pair, String subject, SettingChanges changes) {
    Map<String, Setting> before = SettingChanges.byName(pair.old().options());
    Map<String, Setting> after = SettingChanges.byName(pair.now().options());
    for (String name : OF_CONNECTION) {
      changes.ifDifferent(
          RuleId.DIFF_UNDECLARED_MOVE,
          subject,
          "how it is spoken to (" + name + ")",
          before.containsKey(name)
              ? name + " " + SettingChanges.value(before, name)
              : SettingChanges.NONE,
          after.containsKey(name)
              ? name + " " + SettingChanges.value(after, name)
              : SettingChanges.NONE,
          Optional.of(pair.now().span()));
    }
  }

  /** Names on which a start did not depend before. */
  private static void namesAtStart(Counterparts counterparts, SettingChanges changes) {
    Set<String> known = new HashSet<>();
    counterparts.old().pools().stream()
        .flatMap(pool -> pool.servers().stream())
        .filter(Server::resolvedAtStart)
        .forEach(server -> known.add(server.address()));
    Configuration candidate = counterparts.candidate();
    Set<String> listens = Counterparts.listenNames(candidate);
    for (Pool pool : candidate.pools()) {
      String section = Counterparts.subject("backend", pool.name(), listens);
      for (Server server : pool.servers()) {
        if (server.resolvedAtStart() && !known.contains(server.address())) {
          Span span = server.span();
          changes.add(
              RuleId.DIFF_NAME_AT_START,
              section + " / server " + server.name(),
              "name that must resolve for HAProxy to start",
              SettingChanges.NONE,
              server.address(),
              span);
        }
      }
    }
  }
}
