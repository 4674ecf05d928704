package dev.checkrail.serve;

import dev.checkrail.watch.detect.Alerts;
import dev.checkrail.watch.detect.Notice;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whom to tell: alerts of all load balancers. Nobody is told yet. Safe for many threads. */
final class OnCall implements AutoCloseable {
  private final Alerts alerts = new Alerts(Alerts.State.EMPTY);

  OnCall() {}

  /**
   * Takes in a look.
   *
   * @param diagnosis of this moment
   * @param incident before this look
   * @return what is to stand in the timeline: alerted, escalated, acknowledged since the last call
   *     for this load balancer
   */
  synchronized List<Happening> look(
      Alerts.Look look, Diagnosis diagnosis, Optional<Incident> incident) {
    List<Happening> happenings = new ArrayList<>();
    for (Notice notice : alerts.next(look)) {
      happenings.add(
          new Happening(
              look.at(),
              Incident.What.ALERTED,
              notice.alert().owner().isEmpty() ? "nobody" : notice.alert().owner(),
              "%s %s: %s (%s)"
                  .formatted(
                      notice.alert().level().name().toLowerCase(Locale.ROOT),
                      notice.kind().name().toLowerCase(Locale.ROOT),
                      notice.alert().what(),
                      notice.alert().detection().id())));
    }
    return happenings;
  }

  @Override
  public void close() {}
}
