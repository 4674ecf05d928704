package dev.checkrail.serve;

import dev.checkrail.watch.detect.Alerts;
import dev.checkrail.watch.detect.Detection;
import dev.checkrail.watch.detect.Expectations;
import dev.checkrail.watch.detect.Sign;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.incident.Incident;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What pages people: the floor of a pool of the load balancer north is broken, and why is open. */
final class BrokenFloor {
  private BrokenFloor() {}

  /**
   * Is told to those who tell people.
   *
   * @param subject what it is about
   * @param incident that was opened for it
   */
  static void isFound(ControlPlane plane, String subject, Instant at, Optional<Incident> incident) {
    var unused =
        plane
            .onCall()
            .look(
                new Alerts.Look(
                    "north",
                    at,
                    List.of(
                        new Sign(
                            Detection.FLOOR,
                            Detection.Level.PAGE,
                            subject,
                            "1 of 2 is usable.",
                            at,
                            Sign.Scope.ALL)),
                    List.of(),
                    true,
                    Expectations.NONE),
                new Diagnosis(
                    at,
                    Optional.empty(),
                    0,
                    false,
                    List.of(),
                    true,
                    new Diagnosis.FirstAct(List.of(), List.of(), List.of(), List.of()),
                    Optional.empty(),
                    Optional.empty(),
                    List.of()),
                incident);
  }
}
