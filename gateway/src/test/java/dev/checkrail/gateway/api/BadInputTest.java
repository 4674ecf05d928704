package dev.checkrail.gateway.api;

import static dev.checkrail.gateway.World.eventually;
import static dev.checkrail.gateway.World.fresh;
import static dev.checkrail.gateway.World.hold;
import static dev.checkrail.gateway.World.sale;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Said;
import dev.checkrail.gateway.store.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The documented error for whatever comes, and nothing half-done. */
class BadInputTest {
  @TempDir static Path folder;
  private static World world;
  private static Gateway gateway;

  @BeforeAll
  static void start() throws Exception {
    world = new World(folder);
    gateway = world.serve();
  }

  @AfterAll
  static void nothingWasCharged() {
    long charged = world.charged();
    long stored = world.get(gateway, "/v1/payments").json().path("data").size();
    world.close();
    assertThat(charged).isZero();
    assertThat(stored).as("only the payments that the tests made on purpose").isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{|invalid_json|",
        "[]|invalid_json|",
        "null|invalid_json|",
        "42|invalid_json|",
        "{} {}|invalid_json|",
        "{\"amount\":1,\"amount\":2}|invalid_json|",
        "{'amount':1}|invalid_json|",
        "{\"amount\":NaN}|invalid_json|",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}|invalid_json|",
        "{}|invalid_field|amount",
        "{\"amount\":\"1\"}|invalid_field|amount",
        "{\"amount\":1.5}|invalid_field|amount",
        "{\"amount\":1e3}|invalid_field|amount",
        "{\"amount\":0}|invalid_field|amount",
        "{\"amount\":-5}|invalid_field|amount",
        "{\"amount\":10000000000}|invalid_field|amount",
        "{\"amount\":99999999999999999999999}|invalid_field|amount",
        "{\"amount\":true}|invalid_field|amount",
        "{\"amount\":null}|invalid_field|amount",
        "{\"amount\":1}|invalid_field|currency",
        "{\"amount\":1,\"currency\":\"XXX\"}|invalid_field|currency",
        "{\"amount\":1,\"currency\":\"eur\"}|invalid_field|currency",
        "{\"amount\":1,\"currency\":978}|invalid_field|currency",
        "{\"amount\":1,\"currency\":\"EUR\"}|invalid_field|card",
        "{\"amount\":1,\"currency\":\"EUR\",\"card\":\"4242424242424242\"}|invalid_field|card",
        "{\"amount\":1,\"currency\":\"EUR\",\"card\":{}}|invalid_field|card.number",
        "{\"amount\":1,\"currency\":\"EUR\",\"card\":{\"number\":4242424242424242}}|invalid_field|card.number",
        "{\"amount\":1,\"tip\":2}|unknown_field|tip",
        "{\"amount\":1,\"4242424242424242\":2}|unknown_field|?",
        "{\"amount\":1,\"currency\":\"EUR\",\"card\":{\"pin\":\"1234\"}}|unknown_field|card.pin"
      })
  void malformedBodiesAreRefusedByTheNameOfTheirField(String body, String code, String field) {
    Said said = world.create(gateway, body);
    assertThat(said.status()).as(said.body()).isEqualTo(400);
    assertThat(said.text("code")).isEqualTo(code);
    assertThat(said.text("field")).isEqualTo(field == null ? "" : field);
    assertThat(said.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(said.body()).doesNotContain("42424242");
  }

  @ParameterizedTest
  @CsvSource({
    "4242424242424241,12,2040,card_number_invalid",
    "4532015112830366,12,2040,card_not_a_test_card",
    "5425233430109903,12,2040,card_not_a_test_card",
    "4242424242424242,1,2020,card_expired",
    "4242424242424242,13,2040,invalid_field",
    "not-a-number,12,2040,card_number_invalid"
  })
  void cardsThatCannotBeChargedAreRefused(String number, int month, int year, String code) {
    Said said =
        world.create(
            gateway,
            """
            {"amount":1,"currency":"EUR","card":{"number":"%s","expiry_month":%d,"expiry_year":%d,"cvc":"123"}}
            """
                .formatted(number, month, year));
    assertThat(said.status()).isEqualTo(400);
    assertThat(said.text("code")).isEqualTo(code);
    assertThat(said.body()).doesNotContain(number);
  }

  @Test
  void textsThatHoldACardNumberOrNoTextAreRefused() {
    for (String description :
        new String[] {"paid with 4242 4242 4242 4242", "a\\u0000b", "\\ud800", "x".repeat(501)}) {
      Said said =
          world.create(
              gateway,
              sale(1).replace("\"card\"", "\"description\":\"" + description + "\",\"card\""));
      assertThat(said.status()).as(description).isEqualTo(400);
      assertThat(said.text("field")).isEqualTo("description");
    }
  }

  @Test
  void keysAndTokensAreChecked() throws Exception {
    assertThat(world.post(gateway, "/v1/payments", null, sale(1)).text("code"))
        .isEqualTo("idempotency_key_missing");
    assertThat(world.post(gateway, "/v1/payments", "x".repeat(256), sale(1)).text("code"))
        .isEqualTo("invalid_header");
    assertThat(world.post(gateway, "/v1/payments", "4242424242424242", sale(1)).text("code"))
        .isEqualTo("invalid_header");
    for (String key :
        new String[] {"", "x", "sk_test_" + "0".repeat(48), "sk_test_' or 1=1 --", World.ADMIN}) {
      Said said = world.post(gateway, "/v1/payments", fresh(), sale(1), key);
      assertThat(said.status()).as(key).isEqualTo(401);
    }
  }

  @Test
  void anotherMerchantsPaymentIsNotThere() throws Exception {
    String id = world.create(gateway, hold(1)).text("id");
    String stranger = TestDatabase.merchant(1000, null);
    for (String operation : new String[] {"capture", "void", "refunds"}) {
      Said said =
          world.post(gateway, "/v1/payments/" + id + "/" + operation, fresh(), "", stranger);
      assertThat(said.status()).isEqualTo(404);
      assertThat(said.body()).doesNotContain(id);
    }
    HttpRequest.Builder read =
        HttpRequest.newBuilder(World.uri(gateway, "/v1/payments/" + id))
            .header("Authorization", "Bearer " + stranger);
    assertThat(world.send(read).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/payments/..%2f..%2fadmin%2ffaults,404",
    "GET,/v1/payments/%2e%2e/live,404",
    "GET,//live,404",
    "GET,/live/,404",
    "GET,/live;x=1,404",
    "GET,/LIVE,404",
    "GET,/v1/payments/pay_00000000000000000000000000,404",
    "GET,/v1/payments/pay_0000000000000000000000000U,404",
    "GET,/v1/payments/1%27%20or%201=1,404",
    "GET,/v1/payments?limit=0,400",
    "GET,/v1/payments?limit=101,400",
    "GET,/v1/payments?after=x,400",
    "DELETE,/v1/payments,405",
    "GET,/v1/payments/pay_00000000000000000000000000/capture,405",
    "POST,/live,405",
    "POST,/drain,401",
    "POST,/admin/faults,401"
  })
  void pathsHaveOneSpelling(String method, String path, int status) throws IOException {
    String head =
        "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .formatted(method, path, world.key);
    assertThat(raw(head.getBytes(StandardCharsets.US_ASCII))).startsWith("HTTP/1.1 " + status);
  }

  @Test
  void aBodyOfTenMegabytesIsRefusedEarly() throws IOException {
    assertThat(
            raw(
                """
                POST /v1/payments HTTP/1.1\r
                Host: x\r
                Authorization: Bearer %s\r
                Idempotency-Key: k\r
                Content-Type: application/json\r
                Content-Length: 10485760\r
                \r
                """
                    .formatted(world.key)
                    .getBytes(StandardCharsets.US_ASCII)))
        .startsWith("HTTP/1.1 413")
        .contains("body_too_large");
    // The same without telling its length first.
    Said chunked =
        world.send(
            HttpRequest.newBuilder(World.uri(gateway, "/v1/payments"))
                .header("Authorization", "Bearer " + world.key)
                .header("Idempotency-Key", fresh())
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofByteArray(new byte[70_000]))));
    assertThat(chunked.status()).isEqualTo(413);
  }

  @Test
  void headersAreBounded() throws IOException {
    assertThat(
            raw(
                ("GET /live HTTP/1.1\r\nHost: x\r\nX-Much: " + "x".repeat(40_000) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)))
        .satisfiesAnyOf(
            it -> assertThat(it).isEmpty(), it -> assertThat(it).startsWith("HTTP/1.1 4"));
    assertThat(raw("nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .satisfiesAnyOf(
            it -> assertThat(it).isEmpty(), it -> assertThat(it).startsWith("HTTP/1.1 400"));
  }

  @Test
  void otherMediaTypesAreRefused() {
    Said said =
        world.send(
            HttpRequest.newBuilder(World.uri(gateway, "/v1/payments"))
                .header("Authorization", "Bearer " + world.key)
                .header("Idempotency-Key", fresh())
                .header("Content-Type", "text/xml")
                .POST(HttpRequest.BodyPublishers.ofString("<pay/>")));
    assertThat(said.status()).isEqualTo(415);
  }

  /** A thousand who have begun a request and do not go on; the others do not notice. */
  @Test
  void aThousandSlowConnectionsHinderNobody() throws Exception {
    List<Socket> slow = new ArrayList<>();
    byte[] begun =
        """
        POST /v1/payments HTTP/1.1\r
        Host: x\r
        Authorization: Bearer %s\r
        Idempotency-Key: k\r
        Content-Type: application/json\r
        Content-Length: 100\r
        \r
        {"amount":
        """
            .formatted(world.key)
            .getBytes(StandardCharsets.US_ASCII);
    try {
      for (int i = 0; i < 1000; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.getOutputStream().write(begun, 0, i % 2 == 0 ? begun.length : 30);
        slow.add(socket);
      }
      long begin = System.nanoTime();
      assertThat(world.get(gateway, "/ready").status()).isEqualTo(200);
      assertThat(world.create(gateway, "{}").status()).isEqualTo(400);
      assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
    eventually(() -> gateway.running() == 0);
  }

  private static String raw(byte[] request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.setSoTimeout(15_000);
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      InputStream in = socket.getInputStream();
      byte[] answer = new byte[8192];
      int length = 0;
      try {
        int count;
        while (length < answer.length
            && (count = in.read(answer, length, answer.length - length)) > 0) {
          length += count;
        }
      } catch (IOException e) {
        // Cut off by the server: what came before counts.
      }
      return new String(answer, 0, length, StandardCharsets.UTF_8);
    }
  }
}
