package dev.checkrail.gateway.api;

import static dev.checkrail.gateway.World.eventually;
import static dev.checkrail.gateway.World.fresh;
import static dev.checkrail.gateway.World.sale;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Said;
import dev.checkrail.gateway.World.Setup;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when an acquirer does not answer as it should. */
class RecoveryTest {
  private static final String TIMES_OUT_BUT_CHARGES = "4000000000011017";
  private static final String HALF_ANSWER = "4000000000011025";
  private static final String ANSWERS_500 = "4000000000011033";

  @TempDir Path folder;

  private static Setup impatient() {
    Setup setup = new Setup();
    setup.acquirerWithin = Duration.ofMillis(700);
    return setup;
  }

  @Test
  void chargedButTimedOutEndsAsSuccessByTheSameKey() throws Exception {
    try (World world = new World(folder)) {
      Gateway gateway = world.serve(impatient());
      for (String card : new String[] {TIMES_OUT_BUT_CHARGES, HALF_ANSWER}) {
        String key = fresh();
        Said first = world.post(gateway, "/v1/payments", key, sale(500, card));
        assertThat(first.status()).as(first.body()).isEqualTo(202);
        assertThat(first.text("status")).isEqualTo("processing");
        Said second = world.post(gateway, "/v1/payments", key, sale(500, card));
        assertThat(second.status()).as(second.body()).isEqualTo(201);
        assertThat(second.text("id")).isEqualTo(first.text("id"));
        Said third = world.post(gateway, "/v1/payments", key, sale(500, card));
        assertThat(third.body()).isEqualTo(second.body());
      }
      assertThat(world.charged()).isEqualTo(1000);
    }
  }

  @Test
  void theReconcilerFindsOutByItself() throws Exception {
    try (World world = new World(folder)) {
      Gateway gateway = world.serve(impatient());
      Said first = world.create(gateway, sale(500, TIMES_OUT_BUT_CHARGES));
      String path = "/v1/payments/" + first.text("id");
      eventually(() -> world.get(gateway, path).text("status").equals("captured"));
      assertThat(world.charged()).isEqualTo(500);
    }
  }

  @Test
  void whatTheAcquirerDoesNotKnowIsReversedBeforeItIsCalledFailed() throws Exception {
    try (World world = new World(folder)) {
      Setup setup = impatient();
      setup.giveUpAfter = Duration.ofMillis(1500);
      Gateway gateway = world.serve(setup);
      String key = fresh();
      Said first = world.post(gateway, "/v1/payments", key, sale(500, ANSWERS_500));
      assertThat(first.status()).isEqualTo(202);
      String path = "/v1/payments/" + first.text("id");
      eventually(() -> world.get(gateway, path).text("status").equals("failed"));
      Said end = world.post(gateway, "/v1/payments", key, sale(500, ANSWERS_500));
      assertThat(end.status()).isEqualTo(502);
      assertThat(end.text("code")).isEqualTo("acquirer_no_answer");
      assertThat(world.books("acq-a"))
          .anyMatch(it -> it.path("kind").asString("").equals("tombstone"));
      assertThat(world.charged()).isZero();
    }
  }

  /** The request is still on its way when the reversal comes: the tombstone stops it. */
  @Test
  void aSlowRequestThatArrivesAfterItsReversalChargesNothing() throws Exception {
    try (World world = new World(folder)) {
      Setup setup = impatient();
      setup.giveUpAfter = Duration.ofMillis(100);
      Gateway gateway = world.serve(setup);
      world.control("acq-a", "{\"mode\":\"slow\",\"millis\":2500}");
      Said first = world.create(gateway, sale(500));
      assertThat(first.status()).isEqualTo(202);
      world.control("acq-a", "{\"mode\":\"normal\"}");
      String path = "/v1/payments/" + first.text("id");
      eventually(() -> world.get(gateway, path).text("status").equals("failed"));
      eventually(() ->
          world.books("acq-a").stream()
              .anyMatch(it -> it.path("kind").asString("").equals("tombstone")));
      assertThat(world.charged()).isZero();
    }
  }

  @Test
  void anAcquirerThatCannotBeReachedIsReplaced() throws Exception {
    try (World world = new World(folder)) {
      Gateway gateway = world.serve(impatient());
      world.stopAcquirer("acq-a");
      Said created = world.create(gateway, sale(500));
      assertThat(created.status()).as(created.body()).isEqualTo(201);
      assertThat(created.json().at("/attempts/0/state").asString()).isEqualTo("not_sent");
      assertThat(created.json().at("/attempts/1/acquirer").asString()).isEqualTo("acq-b");
      assertThat(created.json().at("/attempts/1/state").asString()).isEqualTo("approved");
      world.startAcquirer("acq-a", world.acquirerPort("acq-a"));
    }
  }

  @Test
  void withAllAcquirersDownTheAnswerIsTypedAndTheSameKeyWorksLater() throws Exception {
    try (World world = new World(folder)) {
      Gateway gateway = world.serve(impatient());
      Said before = world.create(gateway, sale(300));
      int a = world.acquirerPort("acq-a");
      int b = world.acquirerPort("acq-b");
      world.stopAcquirer("acq-a");
      world.stopAcquirer("acq-b");
      String key = fresh();
      Said refused = world.post(gateway, "/v1/payments", key, sale(500));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.text("code")).isEqualTo("acquirer_unavailable");
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(world.get(gateway, "/ready").status()).isEqualTo(200);
      assertThat(world.get(gateway, "/dependencies").text("status")).isEqualTo("impaired");
      assertThat(world.get(gateway, "/v1/payments/" + before.text("id")).status()).isEqualTo(200);
      world.startAcquirer("acq-a", a);
      world.startAcquirer("acq-b", b);
      Said later = world.post(gateway, "/v1/payments", key, sale(500));
      assertThat(later.status()).as(later.body()).isEqualTo(201);
      assertThat(later.text("id")).isEqualTo(refused.text("payment"));
      assertThat(world.charged()).isEqualTo(800);
    }
  }

  @Test
  void anOperationWithoutAnswerIsFoundOutToo() throws Exception {
    try (World world = new World(folder)) {
      Gateway gateway = world.serve(impatient());
      String id = world.create(gateway, World.hold(900)).text("id");
      world.control("acq-a", "{\"mode\":\"timeout-but-charged\",\"millis\":3000}");
      String key = fresh();
      String path = "/v1/payments/" + id;
      Said capture = world.post(gateway, path + "/capture", key, "");
      assertThat(capture.status()).isEqualTo(202);
      // While nobody knows, what it would take counts as taken.
      assertThat(world.post(gateway, path + "/capture", fresh(), "").status()).isEqualTo(409);
      assertThat(world.post(gateway, path + "/void", fresh(), "").status()).isEqualTo(409);
      world.control("acq-a", "{\"mode\":\"normal\"}");
      eventually(() -> world.get(gateway, path).text("status").equals("captured"));
      assertThat(world.post(gateway, path + "/capture", key, "").status()).isEqualTo(200);
      assertThat(world.charged()).isEqualTo(900);
    }
  }

  /**
   * Whoever started it is gone: after the lease the acquirer is asked, and nothing is sent again.
   */
  @Test
  void anAbandonedKeyIsTakenOverAfterItsLease() throws Exception {
    try (World world = new World(folder)) {
      Setup setup = impatient();
      setup.lease = Duration.ofMillis(2500);
      Gateway gateway = world.serve(setup);
      world.control("acq-a", "{\"mode\":\"timeout-but-charged\",\"millis\":3000}");
      String key = fresh();
      Thread first =
          Thread.startVirtualThread(() -> world.post(gateway, "/v1/payments", key, sale(500)));
      eventually(() -> !world.books("acq-a").isEmpty());
      Said meanwhile = world.post(gateway, "/v1/payments", key, sale(500));
      assertThat(meanwhile.status()).isIn(409, 202);
      first.join();
      world.control("acq-a", "{\"mode\":\"normal\"}");
      eventually(() -> world.post(gateway, "/v1/payments", key, sale(500)).status() == 201);
      assertThat(world.books("acq-a"))
          .filteredOn(it -> it.path("kind").asString("").equals("authorise"))
          .hasSize(1);
    }
  }
}
