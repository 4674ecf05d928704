package dev.checkrail.gateway.api;

import static dev.checkrail.gateway.World.eventually;
import static dev.checkrail.gateway.World.fresh;
import static dev.checkrail.gateway.World.sale;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Said;
import dev.checkrail.gateway.World.Setup;
import dev.checkrail.gateway.operations.Mode;
import dev.checkrail.gateway.store.TestDatabase;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an instance is configured for, what is broken on purpose, and what it says about itself. */
class ModesTest {
  @TempDir Path folder;

  @Test
  void refuseSaysSoAtOnceAndAnswersChecks() throws Exception {
    try (World world = new World(folder)) {
      Setup setup = new Setup();
      setup.mode = Mode.REFUSE;
      Gateway gateway = world.serve(setup);
      Said said = world.create(gateway, sale(100));
      assertThat(said.status()).isEqualTo(503);
      assertThat(said.text("code")).isEqualTo("not_configured_for_payments");
      assertThat(world.get(gateway, "/ready").status()).isEqualTo(200);
      assertThat(world.get(gateway, "/capabilities").json().path("payments").booleanValue(true))
          .isFalse();
      List<Long> nanos = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        long begin = System.nanoTime();
        world.create(gateway, sale(100));
        nanos.add(System.nanoTime() - begin);
      }
      nanos.sort(null);
      assertThat(Duration.ofNanos(nanos.get(150))).isLessThan(Duration.ofMillis(250));
    }
  }

  /**
   * What really happened: 4 workers of 600 ms are 6.7 payments a second, and the check is green.
   */
  @Test
  void acceptsButCannotSaturatesWhileItsCheckStaysGreen() throws Exception {
    try (World world = new World(folder);
        var users = Executors.newVirtualThreadPerTaskExecutor()) {
      Setup setup = new Setup();
      setup.mode = Mode.ACCEPTS_BUT_CANNOT;
      Gateway gateway = world.serve(setup);
      List<Future<Said>> all = new ArrayList<>();
      long begin = System.nanoTime();
      for (int i = 0; i < 24; i++) {
        all.add(users.submit(() -> world.create(gateway, sale(100))));
      }
      assertThat(world.get(gateway, "/ready").status()).isEqualTo(200);
      assertThat(world.get(gateway, "/live").status()).isEqualTo(200);
      for (Future<Said> said : all) {
        assertThat(said.get().status()).isEqualTo(201);
      }
      double perSecond = 24e9 / (System.nanoTime() - begin);
      assertThat(perSecond).isBetween(4.5, 7.0);
    }
  }

  @Test
  void withTheDatabaseDownTheInstanceStaysReadyAndAnswersInType() throws Exception {
    try (World world = new World(folder);
        ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = nobody.getLocalPort();
      nobody.close();
      Setup setup = new Setup();
      setup.databaseUrl = "jdbc:postgresql://127.0.0.1:" + port + "/gateway";
      setup.poolWait = Duration.ofMillis(500);
      Gateway gateway = world.serve(setup);
      Said said = world.create(gateway, sale(100));
      assertThat(said.status()).isEqualTo(503);
      assertThat(said.text("code")).isEqualTo("database_unavailable");
      assertThat(world.get(gateway, "/ready").status()).isEqualTo(200);
      assertThat(world.get(gateway, "/dependencies").text("database")).isEqualTo("down");
      assertThat(world.charged()).isZero();
    }
  }

  @Test
  void theRateLimitOfAKeyHoldsOverInstances() throws Exception {
    try (World world = new World(folder)) {
      Gateway one = world.serve();
      Gateway two = world.serve();
      String key = TestDatabase.merchant(10, null);
      int passed = 0;
      int refused = 0;
      long begin = System.nanoTime();
      for (int i = 0; i < 60; i++) {
        Said said = world.post(i % 2 == 0 ? one : two, "/v1/payments", fresh(), "{}", key);
        assertThat(said.status()).isIn(400, 429);
        if (said.status() == 429) {
          refused++;
          assertThat(said.text("code")).isEqualTo("rate_limited");
          assertThat(said.headers().firstValue("Retry-After")).contains("1");
        } else {
          passed++;
        }
      }
      long seconds = 2 + (System.nanoTime() - begin) / 1_000_000_000L;
      assertThat(passed).isLessThanOrEqualTo((int) (10 * seconds));
      assertThat(refused).isPositive();
      String metrics = world.get(one, "/metrics").body();
      assertThat(metrics).contains("gateway_rate_limit_saturation", "hikaricp_connections_active");
    }
  }

  @Test
  void faultsAreSetByTheOperatorAndGoAway() throws Exception {
    try (World world = new World(folder)) {
      Setup setup = new Setup();
      setup.pool = 3;
      setup.acquirerWithin = Duration.ofMillis(700);
      setup.poolWait = Duration.ofMillis(400);
      Gateway gateway = world.serve(setup);
      assertThat(world.create(gateway, sale(100)).status()).isEqualTo(201);
      expect(world, gateway, "{\"error_share\":1}", 500, "internal_error");
      expect(world, gateway, "{\"acquirer_down\":true}", 503, "acquirer_unavailable");
      expect(world, gateway, "{\"acquirer_half_answers\":true}", 202, "");
      expect(world, gateway, "{\"acquirer_slow_millis\":2000}", 202, "");
      expect(world, gateway, "{\"leaked_connections\":3}", 503, "database_unavailable");
      world.admin(gateway, "/admin/faults", "{\"rate_limit_per_second\":1}");
      eventually(() -> world.create(gateway, "{}").status() == 429);
      Said slow =
          world.admin(gateway, "/admin/faults", "{\"reset\":true,\"slow_statement_millis\":300}");
      assertThat(slow.json().path("slow_statement_millis").intValue(0)).isEqualTo(300);
      eventually(() -> {
        long begin = System.nanoTime();
        return world.create(gateway, sale(100)).status() == 201
            && System.nanoTime() - begin > 300_000_000L;
      });
      assertThat(world.admin(gateway, "/admin/faults", "{\"nonsense\":1}").status()).isEqualTo(400);
      world.admin(gateway, "/admin/faults", "{\"reset\":true}");
      assertThat(world.create(gateway, sale(100)).status()).isEqualTo(201);

      Setup closed = new Setup();
      closed.allowFaults = false;
      Gateway production = world.serve(closed);
      assertThat(world.admin(production, "/admin/faults", "{}").status()).isEqualTo(404);
    }
  }

  private static void expect(World world, Gateway gateway, String fault, int status, String code) {
    assertThat(
            world.admin(gateway, "/admin/faults", fault.replace("{", "{\"reset\":true,")).status())
        .isEqualTo(200);
    Said said = world.create(gateway, sale(100));
    assertThat(said.status()).as(fault + " " + said.body()).isEqualTo(status);
    assertThat(said.text("code")).isEqualTo(code);
    world.admin(gateway, "/admin/faults", "{\"reset\":true}");
  }

  @Test
  void draining() throws Exception {
    try (World world = new World(folder)) {
      Gateway gateway = world.serve();
      assertThat(world.get(gateway, "/ready").status()).isEqualTo(200);
      assertThat(world.admin(gateway, "/drain", "").status()).isEqualTo(200);
      assertThat(world.get(gateway, "/ready").status()).isEqualTo(503);
      Said said = world.create(gateway, sale(100));
      assertThat(said.status()).isEqualTo(201);
      assertThat(said.headers().firstValue("connection")).contains("close");
    }
  }

  @Test
  void webhooksAreSignedNumberedAndRepeatedUntilTaken() throws Exception {
    ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    try (World world = new World(folder);
        ServerSocket receiver = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> receive(receiver, heard));
      String key =
          TestDatabase.merchant(1000, "http://127.0.0.1:" + receiver.getLocalPort() + "/hook?x=1");
      Gateway gateway = world.serve();
      String id = world.post(gateway, "/v1/payments", fresh(), World.hold(700), key).text("id");
      world.post(gateway, "/v1/payments/" + id + "/capture", fresh(), "", key);
      // Each is refused the first time and comes again.
      eventually(() -> heard.stream().filter(it -> it.contains("payment.captured")).count() >= 2);
      eventually(() -> heard.stream().filter(it -> it.contains("payment.authorised")).count() >= 2);
      String event =
          heard.stream().filter(it -> it.contains("payment.authorised")).findFirst().get();
      assertThat(event).startsWith("POST /hook?x=1 HTTP/1.1").contains("Webhook-Sequence: 1\r\n");
      String body = event.substring(event.indexOf("\r\n\r\n") + 4);
      String signature = event.replaceAll("(?s).*Webhook-Signature: ([^\r]*)\r.*", "$1");
      long seconds = Long.parseLong(signature.replaceAll("t=([0-9]+),.*", "$1"));
      assertThat(signature)
          .endsWith(
              ",v1="
                  + dev.checkrail.gateway.webhook.Webhooks.signature("whsec_test", seconds, body));
      assertThat(World.JSON.readTree(body).at("/data/id").asString()).isEqualTo(id);
    }
  }

  private static void receive(ServerSocket receiver, ConcurrentLinkedQueue<String> heard) {
    while (!receiver.isClosed()) {
      try (Socket socket = receiver.accept()) {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        byte[] bytes = new byte[8192];
        while (true) {
          String now = text.toString();
          int end = now.indexOf("\r\n\r\n");
          if (end > 0
              && now.length() - end - 4
                  >= Integer.parseInt(now.replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"))) {
            break;
          }
          int count = in.read(bytes);
          if (count < 0) {
            break;
          }
          text.append(new String(bytes, 0, count, java.nio.charset.StandardCharsets.UTF_8));
        }
        String id = text.toString().replaceAll("(?s).*Webhook-Id: ([^\r]*)\r.*", "$1");
        boolean again = heard.stream().anyMatch(it -> it.contains("Webhook-Id: " + id + "\r"));
        heard.add(text.toString());
        OutputStream out = socket.getOutputStream();
        out.write(
            ("HTTP/1.1 " + (again ? "204 No Content" : "500 No") + "\r\nConnection: close\r\n\r\n")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        out.flush();
      } catch (java.io.IOException e) {
        return;
      }
    }
  }
}
