package dev.checkrail.balancer;

import dev.checkrail.change.ConfigurationSet;
import java.util.ArrayList;
import java.util.List;

/** Says to a new worker what the old one held in memory and was chosen to be kept. */
final class SayAgain {
  private SayAgain() {}

  /** What the state file did not bring over is said over the socket. */
  static List<String> to(Driver driver, ConfigurationSet to, List<Deviation> kept) {
    List<String> notes = new ArrayList<>();
    for (Deviation one : kept) {
      try {
        boolean holds =
            Deviation.between(driver.expected(to), driver.running()).stream()
                .anyMatch(now -> now.key().equals(one.key()) && now.running().equals(one.running()));
        if (holds) {
          continue;
        }
        switch (one) {
          case Deviation.ServerAdmin s -> driver.admin(s.server(), s.admin());
          case Deviation.ServerWeight s -> driver.weight(s.server(), s.weight());
          case Deviation.TableEntries t -> driver.entries(t.table());
          case Deviation.ServerAddress s -> notes.add("not kept: " + one.text());
          case Deviation.ServerSet s -> notes.add("not kept: " + one.text());
          case Deviation.OtherCertificate c -> notes.add("not kept: " + one.text());
          case Deviation.ListenerClosed l -> notes.add("not kept: " + one.text());
        }
      } catch (BalancerException e) {
        notes.add("not kept: " + one.text() + " (" + e.getMessage() + ")");
      }
    }
    return notes;
  }
}
