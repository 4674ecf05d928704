package dev.checkrail.scenarios.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All scenarios that can be injected, and why the others can't. */
final class Scenarios {
  private Scenarios() {}

  /** By number. */
  static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>(LbFaults.all());
    all.addAll(OtherFaults.all());
    all.sort(Comparator.comparingInt(Scenario::number));
    return all;
  }

  static Scenario of(int number) {
    return all().stream()
        .filter(it -> it.number() == number)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no scenario " + number));
  }

  /**
   * Whether the control plane only observes: else it goes back by itself, from the bad change that
   * goes before the fault, before a person does, and the fault never comes to be. Nobody is told
   * then.
   */
  static boolean isOnlyObserved(int number) {
    return number == 20;
  }

  /** Whether users fail or wait before the fault, by what has to go before it. */
  static boolean harmsBefore(int number) {
    return number == 20 || number == 10; // a change taken back; acquirers as slow as ever
  }

  /** Of the 45, those that are not injected, and why. */
  static Map<Integer, String> left() {
    return new TreeMap<>(
        Map.of(
            15, "TLS floor: users of the bench speak plain HTTP only",
            29, "lock by a migration: the bench has no client of the database",
            30, "disk full: the database's folder cannot be a small volume of its own here",
            31, "slow replica: the payment gateway has no replica",
            43, "packets lost: would need the machine's own network to be disturbed for all"));
  }
}
