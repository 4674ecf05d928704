package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * We cannot see what happens.
 *
 * <p><b>Unit:</b> an eye of a load balancer. <i>Socket:</i> not answered for {@value #PATIENCE} s.
 * <i>Log:</i> it can't be read for {@value #PATIENCE} s; or it is silent while the socket counts
 * requests: {@link RateTest}, fewer records than a fifth of the requests; or our clock and its
 * clock are more than seconds apart, so that records belong to no second; or lines are lost (a
 * ticket). <i>Ourselves:</i> no moment for more than {@value #PAUSE} s (a ticket: it is over when
 * it is seen). <b>False alarms:</b> none by chance; of the silent log for the fleet at most one in
 * five years ({@link FalseAlarms}), as long as at least a fifth of the requests are logged as a
 * rule; a log that never was more is learnt to be so. <b>Page:</b> we are blind.
 */
final class Blindness implements Detector {
  static final int PATIENCE = 3;
  private static final int PAUSE = 10;
  private static final int TOLD = 60;

  private final RateTest silent = RateTest.fewer();
  private final Latch silentLatch = new Latch();
  private final Faded logged = new Faded(1_800);
  private long before = Long.MIN_VALUE;
  private long clockSince = Long.MIN_VALUE / 2;
  private long lostSince = Long.MIN_VALUE / 2;
  private long lost;
  private long pausedAt = Long.MIN_VALUE / 2;
  private long paused;

  @Override
  public void look(Scene scene, List<Sign> signs) {
    Moment moment = scene.moment();
    long second = scene.second();
    for (Moment.Blind blind : moment.blind()) {
      boolean lasts = Duration.between(blind.since(), moment.at()).toSeconds() >= PATIENCE;
      switch (blind.part()) {
        case STATS -> {
          if (lasts) {
            signs.add(sign(Level.PAGE, "socket", blind.why(), blind.since()));
          }
        }
        case LOG -> {
          if (lasts) {
            signs.add(sign(Level.PAGE, "log", blind.why(), blind.since()));
          }
        }
        case PROBES, DRIFT, DEPENDENCIES -> {}
      }
    }
    if (before != Long.MIN_VALUE && second - before > PAUSE) {
      paused = second - before;
      pausedAt = second;
    }
    before = second;
    if (second - pausedAt <= TOLD) {
      signs.add(
          sign(
              Level.TICKET,
              "ourselves",
              "Nothing was looked at for " + paused + " s; what happened then is not known.",
              Instant.ofEpochSecond(pausedAt - paused)));
    }
    if (moment.intake().isPresent() && !scene.blind(Moment.Blind.Part.LOG)) {
      intake(scene, moment, moment.intake().get(), signs);
    }
  }

  private void intake(Scene scene, Moment moment, Moment.Intake intake, List<Sign> signs) {
    long second = scene.second();
    if (intake.clockSteps() > 0 || intake.ahead() + intake.late() > intake.parsed() / 2) {
      clockSince = second;
    }
    if (second - clockSince <= TOLD) {
      signs.add(
          sign(
              Level.PAGE,
              "clock",
              "Our clock and that of the load balancer's log are apart, or ours jumped: what the"
                  + " log says belongs to no second.",
              Instant.ofEpochSecond(clockSince)));
    }
    if (intake.dropped() > 0) {
      lost = second - lostSince <= TOLD ? lost + intake.dropped() : intake.dropped();
      lostSince = second;
    }
    if (second - lostSince <= TOLD) {
      signs.add(
          sign(
              Level.TICKET,
              "lost lines",
              lost + " lines of the log were lost.",
              Instant.ofEpochSecond(lostSince)));
    }
    silent(scene, moment, intake, signs);
  }

  private void silent(Scene scene, Moment moment, Moment.Intake intake, List<Sign> signs) {
    boolean data = moment.stats().isPresent() && !moment.stats().get().gap();
    if (data) {
      long ended = 0;
      for (Scene.ServerUnit server : scene.servers()) {
        ended += server.came == null ? 0 : server.came.completed();
      }
      double usual = Math.min(1, logged.share(1));
      silent.add(scene.second(), intake.parsed(), 0.2 * usual * ended);
      if (!silentLatch.on() && silent.evidence().value() < 1e3) {
        logged.add(intake.parsed(), ended);
      }
    }
    if (silentLatch.update(scene.second(), silent.evidence(), data)) {
      signs.add(
          sign(
              silentLatch.page() ? Level.PAGE : Level.TICKET,
              "log",
              "The load balancer answers requests, and its log does not come.",
              Instant.ofEpochSecond(silentLatch.since())));
    }
  }

  private static Sign sign(Level level, String subject, String text, Instant since) {
    return new Sign(
        Detection.BLIND, level, subject, text, since, new Sign.Scope(Set.of(), Set.of(), Set.of()));
  }

  @Override
  public void forget(Scene.Unit unit) {}
}
