package dev.checkrail.watch.detect;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * All detectors of one load balancer: a moment in, what is seen in it out. Pure but for what it
 * remembers; the same moments give the same signs. Confined to one thread.
 *
 * <p>What it has learnt is not kept over a restart: minutes later it is learnt again. {@link
 * Alerts} are kept.
 */
public final class Detect {
  private static final Duration SET_BACK = Duration.ofSeconds(5);

  private Expectations expectations;
  private Scene scene;
  private List<Detector> detectors;
  private Instant last = Instant.EPOCH;

  /** Begins to look. */
  public Detect(Expectations expectations) {
    this.expectations = expectations;
    this.scene = new Scene(expectations);
    this.detectors = detectors();
  }

  /** What is wanted from now on: another version was approved. What was learnt stays. */
  public void expect(Expectations wanted) {
    expectations = wanted;
    scene.expect(wanted);
  }

  private static List<Detector> detectors() {
    return List.of(
        new ContractLive(),
        new Unfinished(),
        new ServerErrors(),
        new CheckVerdict(),
        new ServerShare(),
        new RouteErrors(),
        new RouteDrop(),
        new RouteAnswers(),
        new RoutePending(),
        new Latency(),
        new Retries(),
        new Handshakes(),
        new FloorBroken(),
        new Saturation(),
        new Bystanders(),
        new Blindness());
  }

  /**
   * What is seen in the next moment; moments come in order of time. If the clock was set back,
   * everything begins anew: what was learnt is of another time.
   */
  public List<Sign> next(Moment moment) {
    if (moment.at().isBefore(last.minus(SET_BACK))) {
      scene = new Scene(expectations);
      detectors = detectors();
    }
    last = moment.at();
    for (Scene.Unit gone : scene.take(moment)) {
      detectors.forEach(detector -> detector.forget(gone));
    }
    List<Sign> signs = new ArrayList<>();
    for (Detector detector : detectors) {
      detector.look(scene, signs);
    }
    return List.copyOf(signs);
  }

  /** Units for which there was no room, so far; they are not looked at. */
  public long ignored() {
    return scene.ignored();
  }
}
