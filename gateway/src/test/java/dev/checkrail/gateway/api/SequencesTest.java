package dev.checkrail.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Said;
import dev.checkrail.gateway.store.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generated sequences of calls against the smallest model of a payment that can be written down:
 * what was held, captured, refunded. The model knows nothing of attempts, keys or tables.
 */
class SequencesTest {
  private static final int SEQUENCES = Integer.getInteger("sequences", 5000);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  @TempDir Path folder;

  /** The model: amounts, and nothing else. */
  private static final class Model {
    final long amount;
    boolean held;
    boolean voided;
    boolean declined;
    long captured;
    long refunded;
    final List<long[]> captures = new ArrayList<>(); // {amount, refunded}

    Model(long amount) {
      this.amount = amount;
    }

    String state() {
      if (declined) {
        return "declined";
      } else if (voided) {
        return "voided";
      } else if (refunded > 0) {
        return refunded == captured ? "refunded" : "partially_refunded";
      } else if (captured > 0) {
        return captured == amount ? "captured" : "partially_captured";
      }
      return held ? "authorised" : "requires_confirmation";
    }

    int confirm(boolean manual) {
      if (held || declined) {
        return 409;
      }
      held = true;
      if (!manual) {
        take(amount);
      }
      return 200;
    }

    int capture(long asked) {
      if (!held || voided || declined || refunded > 0 || captured == amount) {
        return 409;
      }
      long wanted = asked == 0 ? amount - captured : asked;
      if (wanted > amount - captured) {
        return 400;
      }
      take(wanted);
      return 200;
    }

    private void take(long wanted) {
      captured += wanted;
      captures.add(new long[] {wanted, 0});
    }

    int voided() {
      if (!held || voided || declined || captured > 0) {
        return 409;
      }
      voided = true;
      return 200;
    }

    int refund(long asked) {
      long most = 0;
      for (long[] capture : captures) {
        long left = capture[0] - capture[1];
        if (left > 0 && (asked == 0 || asked <= left)) {
          long wanted = asked == 0 ? left : asked;
          capture[1] += wanted;
          refunded += wanted;
          return 201;
        }
        most = Math.max(most, left);
      }
      return most == 0 ? 409 : 400;
    }
  }

  @Test
  void anySequenceOfCallsDoesWhatTheModelDoes() throws Exception {
    System.out.println("sequences: " + SEQUENCES + ", seed " + SEED + " (-Dsequences, -Dseed)");
    try (World world = new World(folder);
        var users = Executors.newFixedThreadPool(8)) {
      Gateway one = world.serve();
      Gateway two = world.serve();
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < SEQUENCES; i++) {
        long seed = SEED + i;
        all.add(users.submit(() -> sequence(world, List.of(one, two), new Random(seed), seed)));
      }
      long expected = 0;
      for (Future<Long> sequence : all) {
        expected += sequence.get();
      }
      assertThat(world.charged()).as("seed " + SEED).isEqualTo(expected);
      var numbers = TestDatabase.figures();
      assertThat(numbers.lost()).isZero();
      assertThat(numbers.chargedTwice()).isZero();
      assertThat(numbers.toldFailedButCharged()).isZero();
      assertThat(numbers.unbalancedCurrencies()).isEmpty();
    }
  }

  /** One payment's life; gives what the merchant has of it in the end. */
  private static long sequence(World world, List<Gateway> instances, Random random, long seed) {
    long amount = 1 + random.nextInt(1000);
    Model model = new Model(amount);
    boolean manual = random.nextInt(3) > 0;
    boolean confirm = random.nextInt(4) > 0;
    boolean decline = random.nextInt(12) == 0;
    String body =
        (manual ? World.hold(amount) : World.sale(amount))
            .replace("4242424242424242", decline ? "4000000000000002" : "4242424242424242");
    if (!confirm) {
      body = body.replace("\"card\"", "\"confirm\":false,\"card\"").replace(",\"cvc\":\"737\"", "");
    }
    Gateway first = instances.get(random.nextInt(2));
    String key = World.fresh();
    Said said = world.post(first, "/v1/payments", key, body);
    String trace = "seed " + seed + ": " + body;
    if (confirm && decline) {
      assertThat(said.status()).as(trace).isEqualTo(402);
      return 0;
    }
    assertThat(said.status()).as(trace + said.body()).isEqualTo(201);
    if (confirm) {
      model.confirm(manual);
    }
    String path = "/v1/payments/" + said.text("id");
    int calls = 1 + random.nextInt(5);
    for (int i = 0; i < calls; i++) {
      Gateway to = instances.get(random.nextInt(2));
      long part = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt((int) amount);
      String amountBody = part == 0 ? "" : "{\"amount\":" + part + "}";
      int expected;
      String operation;
      String sent = amountBody;
      switch (random.nextInt(5)) {
        case 0 -> {
          operation = "confirm";
          sent = "{\"cvc\":\"737\"}";
          expected = model.confirm(manual);
          if (expected == 200 && decline) {
            model.declined = true;
            model.held = false;
            model.captured = 0;
            model.captures.clear();
            expected = 402;
          }
        }
        case 1 -> {
          operation = "void";
          sent = "";
          expected = model.voided();
        }
        case 2, 3 -> {
          operation = "capture";
          expected = model.capture(part);
        }
        default -> {
          operation = "refunds";
          expected = model.refund(part);
        }
      }
      trace += "\n" + operation + " " + sent;
      String itsKey = World.fresh();
      Said answer = world.post(to, path + "/" + operation, itsKey, sent);
      assertThat(answer.status()).as(trace + "\n" + answer.body()).isEqualTo(expected);
      if (expected < 400 && random.nextInt(4) == 0) {
        // Once more with the same key, at the other instance: the same answer, nothing moves.
        Said again =
            world.post(instances.get(random.nextInt(2)), path + "/" + operation, itsKey, sent);
        assertThat(again.body()).as(trace).isEqualTo(answer.body());
      }
    }
    Said end = world.get(instances.get(random.nextInt(2)), path);
    assertThat(end.text("status")).as(trace).isEqualTo(model.state());
    assertThat(end.json().path("amount_captured").longValue(-1))
        .as(trace)
        .isEqualTo(model.captured);
    assertThat(end.json().path("amount_refunded").longValue(-1))
        .as(trace)
        .isEqualTo(model.refunded);
    return model.captured - model.refunded;
  }
}
