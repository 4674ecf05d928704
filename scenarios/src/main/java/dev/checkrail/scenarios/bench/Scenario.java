package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.bench.Truth.Wanted;
import java.io.IOException;
import java.util.List;

/**
 * One of the 45 faults.
 *
 * @param first causes that are right in the first place
 * @param both causes that have to be among the first two; empty if one of {@code first} is enough
 * @param innocent whether the load balancer has nothing to do with it: then a harmless change of it
 *     goes before, in one seed of two
 * @param what is done, in a sentence
 * @param herring what else looks guilty; "" if nothing does
 * @param signals what shows the true cause
 * @param before what is so before anybody looks
 * @param fault what is done
 */
record Scenario(
    int number,
    String name,
    List<String> first,
    List<String> both,
    Wanted wanted,
    boolean innocent,
    String what,
    String herring,
    String signals,
    Play before,
    Play fault) {

  Scenario {
    first = List.copyOf(first);
    both = List.copyOf(both);
  }

  /** Something that is done to a stage. */
  interface Play {
    Play NOTHING = stage -> {};

    /** Does it; returns when it is done. */
    void on(Stage stage) throws IOException, InterruptedException;
  }

  static Scenario of(int number, String name, String cause, Play fault) {
    return new Scenario(
        number,
        name,
        List.of(cause),
        List.of(),
        Wanted.CAUSE,
        false,
        name,
        "",
        "",
        Play.NOTHING,
        fault);
  }

  Scenario both(String... causes) {
    return new Scenario(
        number,
        name,
        List.of(causes),
        List.of(causes),
        wanted,
        innocent,
        what,
        herring,
        signals,
        before,
        fault);
  }

  Scenario or(String cause) {
    List<String> all = new java.util.ArrayList<>(first);
    all.add(cause);
    return new Scenario(
        number, name, all, both, wanted, innocent, what, herring, signals, before, fault);
  }

  Scenario wanted(Wanted other) {
    return new Scenario(
        number, name, first, both, other, innocent, what, herring, signals, before, fault);
  }

  /** The load balancer has nothing to do with it. */
  Scenario balancerIsInnocent() {
    return new Scenario(
        number, name, first, both, wanted, true, what, herring, signals, before, fault);
  }

  Scenario what(String text) {
    return new Scenario(
        number, name, first, both, wanted, innocent, text, herring, signals, before, fault);
  }

  Scenario herring(String text) {
    return new Scenario(
        number, name, first, both, wanted, innocent, what, text, signals, before, fault);
  }

  Scenario signals(String text) {
    return new Scenario(
        number, name, first, both, wanted, innocent, what, herring, text, before, fault);
  }

  Scenario before(Play play) {
    return new Scenario(
        number, name, first, both, wanted, innocent, what, herring, signals, play, fault);
  }
}
