package dev.checkrail.serve;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeState;
import dev.checkrail.watch.detect.Detection;
import dev.checkrail.watch.detect.Sign;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Changes for which the glass was broken and that nobody has looked at since, as what people are
 * told of: a page to the owner of the load balancer at once, until somebody has looked; and after
 * each day a ticket that it is owed. Told by {@link Changes}, asked each second by who guards a
 * load balancer; neither waits. Safe for many threads.
 */
final class BrokenGlass {
  private static final Duration REMINDED = Duration.ofDays(1);

  private final Supplier<URI> address;
  private final Map<Long, Change> all = new TreeMap<>(); // guarded by this

  /**
   * @param address under which people reach us
   */
  BrokenGlass(Supplier<URI> address) {
    this.address = address;
  }

  /** The glass was broken for one a moment ago. */
  synchronized void broken(Change change) {
    if (owed(change)) {
      all.put(change.number(), change);
    }
  }

  /** These are all that may be of concern. */
  synchronized void are(List<Change> changes) {
    all.clear();
    changes.forEach(this::broken);
  }

  /** Whether it may serve, or served, unreviewed. */
  private static boolean owed(Change change) {
    return change.reviewOwed()
        || (change.state() == ChangeState.ROLLING_OUT
            && change.glass().filter(it -> it.reviewed().isEmpty()).isPresent());
  }

  /** What is to be told of a load balancer now. */
  synchronized List<Sign> signs(String balancer, Instant now) {
    List<Sign> signs = new ArrayList<>();
    for (Change change : all.values()) {
      Optional<Change.Glass> glass =
          change.glass().filter(it -> change.matter().balancer().equals(balancer));
      if (glass.isPresent()) {
        signs.add(page(change, glass.get()));
        long days = Duration.between(glass.get().at(), now).dividedBy(REMINDED);
        if (days > 0) {
          signs.add(ticket(change, glass.get(), days));
        }
      }
    }
    return signs;
  }

  private Sign page(Change change, Change.Glass glass) {
    String found =
        change
            .checked()
            .map(it -> "its check: " + it.verdict().word() + " " + String.join(" ", it.blocking()))
            .orElse("it was not checked");
    return sign(
        Detection.BREAK_GLASS,
        "change " + change.number(),
        "%s broke the glass for change %d of %s (%s): %s; %s%s; %s"
            .formatted(
                glass.by(),
                change.number(),
                change.author(),
                change.why(),
                glass.reason(),
                found.strip(),
                change.moved().map(it -> "; " + it).orElse(""),
                ask(change)),
        glass);
  }

  private Sign ticket(Change change, Change.Glass glass, long days) {
    return sign(
        Detection.REVIEW_OWED,
        "change %d, day %d".formatted(change.number(), days),
        "%s broke the glass for change %d at %s (%s), and nobody has looked at it since; %s"
            .formatted(glass.by(), change.number(), glass.at(), glass.reason(), ask(change)),
        glass);
  }

  private String ask(Change change) {
    return "look at %s/api/v1/changes/%d ('change show %d'), then say 'change approve' or 'change reject'"
        .formatted(address.get(), change.number(), change.number());
  }

  private static Sign sign(Detection what, String subject, String text, Change.Glass glass) {
    return new Sign(what, what.highest(), subject, text, glass.at(), Sign.Scope.ALL);
  }
}
