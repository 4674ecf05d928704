package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.watch.traffic.Band;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Slow leaks, as public reports tell of them, at 60 requests a second. */
class LeaksTest {
  private static final int QUIET = 900;

  /** Seconds until it was seen, for each of some seeds. */
  private static List<Integer> seconds(Detection wanted, String subject, Consumer<Town> leak) {
    List<Integer> all = new ArrayList<>();
    for (long seed = 1; seed <= 20; seed++) {
      Town town = Town.ordinary(seed, 60);
      Detect detect = new Detect(Expectations.NONE);
      for (int i = 0; i < QUIET; i++) {
        assertThat(detect.next(town.next())).isEmpty();
      }
      int waited = 0;
      boolean seen = false;
      while (!seen && waited < 300) {
        leak.accept(town);
        waited++;
        seen =
            detect.next(town.next()).stream()
                .anyMatch(one -> one.detection() == wanted && one.subject().startsWith(subject));
      }
      all.add(waited + 1); // and 1.4 s from the beginning of a second to its moment
    }
    return all;
  }

  @Test
  void twoPercentFailuresOfOneRoute() {
    assertThat(
            seconds(
                Detection.ROUTE_ERRORS,
                "payments",
                town -> town.streams.getFirst().ends(Band.ERROR, 0.02)))
        .allMatch(it -> it <= 60, "within a minute");
  }

  @Test
  void fivePercentRedirectsOfOneRoute() {
    assertThat(
            seconds(
                Detection.ROUTE_ANSWERS,
                "payments at fe: 3xx",
                town -> town.streams.getFirst().ends(Band.REDIRECTED, 0.05)))
        .allMatch(it -> it <= 60, "within a minute");
  }

  /** Six of a hundred clients cannot agree on TLS: no request of theirs is ever seen. */
  @Test
  void aKindOfClientThatCannotAgreeOnTls() {
    assertThat(
            seconds(
                Detection.HANDSHAKES,
                "new connections",
                town -> {
                  town.streams.getFirst().rate = 60 * 0.94;
                  town.brokenConnections = town.random.nextInt(3, 7);
                }))
        .allMatch(it -> it <= 60, "within a minute");
  }

  /** Everybody is sent round in circles: nothing fails, and nobody gets through. */
  @Test
  void aRedirectLoopIsAPage() {
    assertThat(
            seconds(
                Detection.SUCCESS_GONE,
                "payments",
                town ->
                    town.streams
                        .getFirst()
                        .ends(Band.DECLINED, 0)
                        .ends(Band.UNPROCESSABLE, 0)
                        .ends(Band.REDIRECTED, 0.98)))
        .allMatch(it -> it <= 10, "within 10 seconds");
  }
}
