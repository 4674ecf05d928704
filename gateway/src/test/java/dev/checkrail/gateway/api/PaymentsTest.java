package dev.checkrail.gateway.api;

import static dev.checkrail.gateway.World.fresh;
import static dev.checkrail.gateway.World.hold;
import static dev.checkrail.gateway.World.sale;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Said;
import dev.checkrail.gateway.store.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaymentsTest {
  @TempDir static Path folder;
  private static World world;
  private static Gateway gateway;

  @BeforeAll
  static void start() throws Exception {
    world = new World(folder);
    gateway = world.serve();
  }

  @AfterAll
  static void stop() throws Exception {
    var numbers = TestDatabase.figures();
    world.close();
    assertThat(numbers.unbalancedCurrencies()).isEmpty();
    assertThat(numbers.lost()).isZero();
    assertThat(numbers.openWithoutNextStep()).isZero();
  }

  @Test
  void aSaleIsChargedAndShown() {
    Said created = world.create(gateway, sale(1999));
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.text("status")).isEqualTo("captured");
    Said read = world.get(gateway, "/v1/payments/" + created.text("id"));
    assertThat(read.json()).isEqualTo(created.json());
    Said list = world.get(gateway, "/v1/payments?limit=1");
    assertThat(list.json().at("/data/0/id").asString()).isEqualTo(created.text("id"));
  }

  @Test
  void aHeldAmountIsCapturedInPartsAndRefunded() {
    String id = world.create(gateway, hold(1000)).text("id");
    String path = "/v1/payments/" + id;
    Said part = world.post(gateway, path + "/capture", fresh(), "{\"amount\":400}");
    assertThat(part.status()).isEqualTo(200);
    assertThat(part.text("status")).isEqualTo("partially_captured");
    assertThat(world.post(gateway, path + "/capture", fresh(), "").text("status"))
        .isEqualTo("captured");
    Said refund = world.post(gateway, path + "/refunds", fresh(), "{\"amount\":600}");
    assertThat(refund.status()).isEqualTo(201);
    assertThat(refund.text("status")).isEqualTo("partially_refunded");
    Said again = world.post(gateway, path + "/capture", fresh(), "{\"amount\":1}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.text("code")).isEqualTo("state_conflict");
    assertThat(world.post(gateway, path + "/refunds", fresh(), "").text("status"))
        .isEqualTo("refunded");
  }

  @Test
  void aHeldAmountIsVoided() {
    String id = world.create(gateway, hold(1000)).text("id");
    Said voided = world.post(gateway, "/v1/payments/" + id + "/void", fresh(), "{}");
    assertThat(voided.text("status")).isEqualTo("voided");
    assertThat(world.post(gateway, "/v1/payments/" + id + "/capture", fresh(), "").status())
        .isEqualTo(409);
  }

  @Test
  void aPaymentIsConfirmedLaterWithTheCvcThatWasNeverStored() {
    String body =
        sale(500).replace("\"card\"", "\"confirm\":false,\"card\"").replace(",\"cvc\":\"737\"", "");
    Said created = world.create(gateway, body);
    assertThat(created.status()).as(created.body()).isEqualTo(201);
    assertThat(created.text("status")).isEqualTo("requires_confirmation");
    String path = "/v1/payments/" + created.text("id") + "/confirm";
    Said confirmed = world.post(gateway, path, fresh(), "{\"cvc\":\"737\"}");
    assertThat(confirmed.status()).isEqualTo(200);
    assertThat(confirmed.text("status")).isEqualTo("captured");
    assertThat(world.post(gateway, path, fresh(), "{\"cvc\":\"737\"}").status()).isEqualTo(409);
  }

  @Test
  void aDeclineIsFinalAndSaysWhy() {
    String key = fresh();
    Said declined = world.post(gateway, "/v1/payments", key, sale(700, "4000000000009995"));
    assertThat(declined.status()).isEqualTo(402);
    assertThat(declined.text("code")).isEqualTo("declined");
    assertThat(declined.text("decline_code")).isEqualTo("insufficient_funds");
    Said again = world.post(gateway, "/v1/payments", key, sale(700, "4000000000009995"));
    assertThat(again.body()).isEqualTo(declined.body());
    assertThat(again.headers().firstValue("Idempotent-Replayed")).contains("true");
  }

  @Test
  void currenciesAreRouted() {
    Said pounds = world.create(gateway, sale(100).replace("EUR", "GBP"));
    assertThat(pounds.json().at("/attempts/0/acquirer").asString()).isEqualTo("acq-b");
  }

  @Test
  void theSameKeyWithAnotherRequestIsRefused() {
    String key = fresh();
    Said first = world.post(gateway, "/v1/payments", key, sale(100));
    assertThat(first.status()).isEqualTo(201);
    Said other = world.post(gateway, "/v1/payments", key, sale(101));
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.text("code")).isEqualTo("idempotency_key_reused");
    Said path = world.post(gateway, "/v1/payments/" + first.text("id") + "/refunds", key, "");
    assertThat(path.status()).isEqualTo(422);
    // Written otherwise, and with another CVC, it is the same request.
    Said same =
        world.post(
            gateway, "/v1/payments", key, sale(100).replace(",", " ,\n").replace("737", "111"));
    assertThat(same.body()).isEqualTo(first.body());
  }

  @Test
  void aRefusedOperationLeavesNothingUnderItsKey() {
    String id = world.create(gateway, hold(1000)).text("id");
    String key = fresh();
    String path = "/v1/payments/" + id + "/capture";
    assertThat(world.post(gateway, path, key, "{\"amount\":1001}").status()).isEqualTo(400);
    assertThat(world.post(gateway, path, key, "{\"amount\":1000}").status()).isEqualTo(200);
  }

  @Test
  void aDeadlineInThePastIsNotStarted() {
    Said late =
        world.send(
            java.net.http.HttpRequest.newBuilder(World.uri(gateway, "/v1/payments"))
                .header("Authorization", "Bearer " + world.key)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", fresh())
                .header("X-Request-Deadline", "1700000000000")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(sale(100))));
    assertThat(late.status()).isEqualTo(504);
    assertThat(late.text("code")).isEqualTo("deadline_exceeded");
  }
}
