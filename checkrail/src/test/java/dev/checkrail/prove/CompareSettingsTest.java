package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Coverage;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CompareSettingsTest {

  @Test
  void sameConfigurationHasNoChanges() {
    assertThat(changes(PAY, PAY)).isEmpty();
  }

  @Test
  void serverThatLostItsCheck() {
    PoolSketch unchecked = PAY.servers(server("pay-1", 9101), checked("pay-2", 9102));

    assertThat(changes(PAY, unchecked))
        .containsExactly(
            "diff/check-dropped backend be_pay / server pay-1: health check: "
                + "every 1000ms, fall 3, rise 2 -> none");
  }

  @Test
  void renamedServerIsFoundByItsAddress() {
    PoolSketch renamed = PAY.servers(server("alpha", 9101), checked("pay-2", 9102));

    assertThat(changes(PAY, renamed))
        .singleElement()
        .asString()
        .startsWith("diff/check-dropped backend be_pay / server alpha");
  }

  @Test
  void movedServerIsFoundByItsName() {
    PoolSketch moved = PAY.servers(server("pay-1", 9999), checked("pay-2", 9102));

    assertThat(changes(PAY, moved))
        .singleElement()
        .asString()
        .startsWith("diff/check-dropped backend be_pay / server pay-1");
  }

  @Test
  void checkThatAsksAnotherPath() {
    PoolSketch root = PAY.check("httpchk", "GET /");

    assertThat(changes(PAY.check("httpchk", "GET /ready"), root))
        .containsExactly(
            "diff/check-changed backend be_pay: what the health check asks: "
                + "httpchk GET /ready -> httpchk GET /");
  }

  @Test
  void checkThatNowOnlyConnects() {
    assertThat(changes(PAY.check("httpchk", "GET /ready"), PAY))
        .containsExactly(
            "diff/check-changed backend be_pay: what the health check asks: "
                + "httpchk GET /ready -> a connection only");
  }

  @Test
  void retriesAfterTheRequestWasSent() {
    assertThat(changes(PAY, PAY.retry(3, "conn-failure", "500", "response-timeout")))
        .containsExactly(
            "diff/retry-added backend be_pay: failures after which a request is sent again: "
                + "none -> 500 response-timeout");
  }

  @Test
  void moreRetriesOfFailedConnectionsAreHarmless() {
    assertThat(changes(PAY, PAY.retry(10, "conn-failure", "0rtt-rejected"))).isEmpty();
  }

  @Test
  void moreRetriesOfRequests() {
    assertThat(changes(PAY.retry(1, "500"), PAY.retry(2, "500")))
        .containsExactly(
            "diff/retry-added backend be_pay: how often a request is sent again: 1 -> 2");
  }

  @Test
  void allRetryableErrorsAreWhatTheyStandFor() {
    assertThat(changes(PAY.retry(3, "all-retryable-errors"), PAY.retry(3, "503", "500"))).isEmpty();
  }

  @Test
  void timeoutsAreComparedAsTheyAct() {
    PoolSketch withoutQueue = PAY.settings(time("connect", 1000));
    PoolSketch sameQueue = PAY.settings(time("connect", 1000), time("queue", 1000));
    PoolSketch otherQueue = PAY.settings(time("connect", 1000), time("queue", 30));

    assertThat(changes(withoutQueue, sameQueue)).isEmpty();
    assertThat(changes(withoutQueue, otherQueue))
        .containsExactly("diff/timeout-changed backend be_pay: timeout queue: 1000ms -> 30ms");
  }

  @Test
  void limitThatIsLoweredOrNew() {
    PoolSketch limited =
        PAY.servers(limit(checked("pay-1", 9101), 10), limit(checked("pay-2", 9102), 64));
    PoolSketch before = PAY.servers(limit(checked("pay-1", 9101), 64), checked("pay-2", 9102));

    assertThat(changes(before, limited))
        .containsExactly(
            "diff/limit-lowered backend be_pay / server pay-1: maxconn: 64 -> 10",
            "diff/limit-lowered backend be_pay / server pay-2: maxconn: none -> 64");
    assertThat(changes(limited, before)).isEmpty();
  }

  @Test
  void lessRoomForHeaders() {
    Configuration old = configuration(List.of(PAY), List.of(), List.of());
    Configuration candidate =
        configuration(List.of(PAY), List.of(), List.of(setting("tune.bufsize", "8192")));

    assertThat(changes(old, candidate))
        .containsExactly(
            "diff/limit-lowered global: bytes for a request's headers (tune.bufsize less"
                + " tune.maxrewrite): 15360 -> 7168");
  }

  @Test
  void balanceMethod() {
    assertThat(changes(PAY, PAY.balance("source")))
        .containsExactly("diff/balance-changed backend be_pay: balance: roundrobin -> source");
  }

  @Test
  void persistence() {
    assertThat(changes(PAY.cookie("SRV insert indirect"), PAY))
        .containsExactly(
            "diff/persistence-changed backend be_pay: persistence: SRV insert indirect -> none");
  }

  @Test
  void backupThatIsNowInService() {
    PoolSketch before = PAY.servers(checked("pay-1", 9101), backup(checked("pay-2", 9102)));

    assertThat(changes(before, PAY))
        .containsExactly(
            "diff/backup-changed backend be_pay: backup servers: 127.0.0.1:9102 -> none");
  }

  @Test
  void poolOfAnotherNameWithTheSameServers() {
    assertThat(changes(PAY, PAY.named("be_payments").balance("leastconn")))
        .containsExactly(
            "diff/pool-renamed backend be_payments: name of the pool: be_pay -> be_payments",
            "diff/balance-changed backend be_payments: balance: roundrobin -> leastconn");
  }

  @Test
  void listenerThatIsGone() {
    assertThat(changes(listening(plain("10.0.0.1", 80)), listening(plain("10.0.0.1", 8080))))
        .containsExactly(
            "diff/listener-gone frontend fe / bind 10.0.0.1:80: listener: 10.0.0.1:80 -> none");
  }

  @Test
  void listenerThatAWildcardTakesOver() {
    assertThat(changes(listening(plain("10.0.0.1", 80)), listening(plain("*", 80)))).isEmpty();
    assertThat(changes(listening(plain("*", 80)), listening(plain("10.0.0.1", 80)))).hasSize(1);
  }

  @Test
  void otherDefaultCertificate() {
    assertThat(
            changes(
                listening(tls("api.pem", "staging.pem")), listening(tls("staging.pem", "api.pem"))))
        .containsExactly(
            "diff/tls-changed frontend fe / bind *:443: certificates, the default one first: "
                + "api.pem staging.pem -> staging.pem api.pem");
  }

  @Test
  void minimumVersionOfTlsInTheGlobalSection() {
    Configuration old = listening(tls("api.pem"));
    Configuration same =
        withGlobal(old, setting("ssl-default-bind-options", "no-tls-tickets ssl-min-ver TLSv1.2"));
    Configuration other =
        withGlobal(old, setting("ssl-default-bind-options", "no-tls-tickets ssl-min-ver TLSv1.3"));

    assertThat(changes(same, other))
        .containsExactly(
            "diff/tls-changed frontend fe / bind *:443: ssl-min-ver: TLSv1.2 -> TLSv1.3");
  }

  @Test
  void nameThatMustResolveAtStart() {
    PoolSketch named = PAY.servers(checked("pay-1", 9101), atStart("pay-2", "pay.internal"));

    assertThat(changes(PAY, named))
        .containsExactly(
            "diff/name-at-start backend be_pay / server pay-2: "
                + "name that must resolve for HAProxy to start: none -> pay.internal");
    assertThat(changes(named, named)).isEmpty();
  }

  @Test
  void fileWithOtherContent() {
    assertThat(
            changes(
                withFile(configuration(List.of(), List.of(), List.of()), "aa", 7),
                withFile(configuration(List.of(), List.of(), List.of()), "bb", 6)))
        .containsExactly(
            "diff/file-changed frontend fe / use_backend #1 / map: content of routes.map: "
                + "7 entries, sha256 aa -> 6 entries, sha256 bb");
  }

  @Test
  void responseRules() {
    PoolSketch one = PAY.responses("del-header X-A", "del-header X-B");
    PoolSketch other = PAY.responses("del-header X-A", "set-header X-C 1");

    assertThat(changes(one, other))
        .containsExactly(
            "diff/response-rule-changed backend be_pay: response rules: "
                + "http-response del-header X-B -> http-response set-header X-C 1");
  }

  // --- words of these tests

  private static final Span AT = new Span("haproxy.cfg", 1, 1, 0);

  private static final Server.Check CHECK =
      new Server.Check(Optional.empty(), OptionalInt.empty(), 1000, 3, 2, false, AT);

  private static final PoolSketch PAY =
      new PoolSketch(
          new Pool(
              "be_pay",
              Mode.HTTP,
              List.of(),
              new Pool.Balance("roundrobin", "roundrobin", false, AT),
              List.of(checked("pay-1", 9101), checked("pay-2", 9102)),
              false,
              Optional.empty(),
              new Pool.HealthCheck(Pool.HealthCheck.Kind.NONE, Optional.empty(), List.of(), AT),
              new Pool.Retry(3, List.of("conn-failure"), true, AT),
              Map.of(),
              List.of(),
              List.of(),
              List.of(),
              AT));

  private static List<String> changes(PoolSketch old, PoolSketch candidate) {
    return changes(
        configuration(List.of(old), List.of(), List.of()),
        configuration(List.of(candidate), List.of(), List.of()));
  }

  private static List<String> changes(Configuration old, Configuration candidate) {
    return CompareSettings.compare(old, candidate).stream()
        .map(one ->
            one.rule().id()
                + " "
                + one.subject()
                + ": "
                + one.what()
                + ": "
                + shown(one.from())
                + " -> "
                + shown(one.to()))
        .toList();
  }

  private static String shown(String value) {
    return value.isEmpty() ? "none" : value;
  }

  private static Configuration configuration(
      List<PoolSketch> pools, List<Frontend> frontends, List<Setting> global) {
    return new Configuration(
        "haproxy",
        frontends,
        pools.stream().map(PoolSketch::pool).toList(),
        List.of(),
        global,
        List.of(),
        new Coverage(0, 0, 0, 0));
  }

  private static Configuration withGlobal(Configuration configuration, Setting setting) {
    return new Configuration(
        configuration.dialect(),
        configuration.frontends(),
        configuration.pools(),
        configuration.files(),
        List.of(setting),
        List.of(),
        configuration.coverage());
  }

  private static Configuration withFile(Configuration configuration, String digest, int entries) {
    return new Configuration(
        configuration.dialect(),
        List.of(),
        List.of(),
        List.of(
            new ReferencedFile(
                ReferencedFile.Kind.MAP,
                "routes.map",
                "frontend fe / use_backend #1 / map",
                Optional.of(digest),
                OptionalInt.of(entries),
                AT)),
        List.of(),
        List.of(),
        configuration.coverage());
  }

  private static Configuration listening(Listener... listeners) {
    Frontend frontend =
        new Frontend(
            "fe",
            Mode.HTTP,
            List.of(listeners),
            List.of(),
            Map.of(),
            List.of(),
            List.of(),
            new Span("haproxy.cfg", 2, 1, 0));
    return configuration(List.of(), List.of(frontend), List.of());
  }

  private static Listener plain(String address, int port) {
    return new Listener(address, port, false, List.of(), List.of(), false, List.of(), AT);
  }

  private static Listener tls(String... certificates) {
    return new Listener("*", 443, true, List.of(certificates), List.of(), false, List.of(), AT);
  }

  private static Setting setting(String name, String value) {
    return new Setting(name, value, value, AT);
  }

  private static Setting time(String name, int millis) {
    return new Setting("timeout " + name, millis + "ms", millis + "", AT);
  }

  private static Server server(String name, int port) {
    return server(name, "127.0.0.1", port, false, false, OptionalInt.empty(), Optional.empty());
  }

  private static Server checked(String name, int port) {
    return server(name, "127.0.0.1", port, false, false, OptionalInt.empty(), Optional.of(CHECK));
  }

  private static Server atStart(String name, String host) {
    return server(name, host, 9102, true, false, OptionalInt.empty(), Optional.of(CHECK));
  }

  private static Server limit(Server of, int limit) {
    return server(
        of.name(), of.address(), of.port(), false, false, OptionalInt.of(limit), of.check());
  }

  private static Server backup(Server of) {
    return server(of.name(), of.address(), of.port(), false, true, of.maxConnections(), of.check());
  }

  private static Server server(
      String name,
      String address,
      int port,
      boolean byName,
      boolean backup,
      OptionalInt limit,
      Optional<Server.Check> check) {
    return new Server(
        name,
        address,
        port,
        false,
        byName,
        byName,
        1,
        backup,
        false,
        limit,
        false,
        check,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        AT);
  }

  /** A pool to vary. */
  private record PoolSketch(Pool pool) {
    PoolSketch named(String name) {
      return with(parts -> parts.set(0, name));
    }

    PoolSketch balance(String algorithm) {
      return with(parts ->
          parts.set(3, new Pool.Balance(algorithm, algorithm, algorithm.equals("source"), AT)));
    }

    PoolSketch servers(Server... servers) {
      return with(parts -> parts.set(4, List.of(servers)));
    }

    PoolSketch cookie(String text) {
      return with(
          parts -> parts.set(6, Optional.of(new Pool.Persistence(text, Optional.of("SRV"), AT))));
    }

    PoolSketch check(String name, String value) {
      return with(parts ->
          parts.set(
              7,
              new Pool.HealthCheck(
                  Pool.HealthCheck.Kind.HTTP,
                  Optional.empty(),
                  List.of(setting(name, value)),
                  AT)));
    }

    PoolSketch retry(int attempts, String... on) {
      return with(parts -> parts.set(8, new Pool.Retry(attempts, List.of(on), true, AT)));
    }

    PoolSketch settings(Setting... settings) {
      return with(parts -> parts.set(10, List.of(settings)));
    }

    PoolSketch responses(String... rules) {
      return with(parts ->
          parts.set(11, Arrays.stream(rules).map(rule -> setting("http-response", rule)).toList()));
    }

    private interface Edit {
      void apply(List<Object> parts);
    }

    @SuppressWarnings("unchecked")
    private PoolSketch with(Edit edit) {
      List<Object> p =
          new ArrayList<>(
              List.of(
                  pool.name(),
                  pool.mode(),
                  pool.rules(),
                  pool.balance(),
                  pool.servers(),
                  pool.allBackups(),
                  pool.persistence(),
                  pool.healthCheck(),
                  pool.retry(),
                  pool.errorFiles(),
                  pool.settings(),
                  pool.responseRules(),
                  pool.unmodelled()));
      edit.apply(p);
      return new PoolSketch(
          new Pool(
              (String) p.get(0),
              (Mode) p.get(1),
              pool.rules(),
              (Pool.Balance) p.get(3),
              (List<Server>) p.get(4),
              (Boolean) p.get(5),
              (Optional<Pool.Persistence>) p.get(6),
              (Pool.HealthCheck) p.get(7),
              (Pool.Retry) p.get(8),
              pool.errorFiles(),
              (List<Setting>) p.get(10),
              (List<Setting>) p.get(11),
              pool.unmodelled(),
              AT));
    }
  }
}
