package dev.checkrail.watch.oncall;

import dev.checkrail.watch.detect.Alert;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A {@link Page} on its way. Confined to its {@link Escalation}. */
final class Course {
  final String id;
  final String balancer;
  String chain;
  final String owner;
  final Instant opened;
  final Map<String, Alert> alerts;
  final Set<String> told;
  int step;
  Instant since;
  int sent;
  Optional<Page.Acknowledged> acknowledged;
  Optional<Instant> resolved;
  Optional<String> incident;
  Optional<Evidence> cause;

  Course(Page page) {
    this.id = page.id();
    this.balancer = page.balancer();
    this.chain = page.chain();
    this.owner = page.owner();
    this.opened = page.opened();
    this.alerts = new LinkedHashMap<>(page.alerts());
    this.told = new TreeSet<>(page.progress().told());
    this.step = page.progress().step();
    this.since = page.progress().since();
    this.sent = page.progress().sent();
    this.acknowledged = page.acknowledged();
    this.resolved = page.resolved();
    this.incident = page.incident();
    this.cause = page.cause();
  }

  static Course begin(
      String id,
      String balancer,
      String chain,
      String owner,
      Instant at,
      Map<String, Alert> about) {
    return new Course(
        new Page(
            id,
            balancer,
            chain,
            owner,
            at,
            about,
            new Page.Progress(-1, at, Set.of(), 0),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  Page page() {
    return new Page(
        id,
        balancer,
        chain,
        owner,
        opened,
        alerts,
        new Page.Progress(step, since, told, sent),
        acknowledged,
        resolved,
        incident,
        cause);
  }

  boolean open() {
    return resolved.isEmpty();
  }

  Alert main() {
    return Page.main(alerts.values());
  }

  /** Whether all that is still there is silenced. */
  boolean silenced() {
    return alerts.values().stream()
        .filter(Alert::open)
        .allMatch(alert -> alert.silencedBy().isPresent());
  }
}
