package dev.checkrail.watch.oncall;

import dev.checkrail.source.Span;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom people want to be told, and in which order. {@link PlanReader} reads it.
 *
 * @param notifiers ways to tell somebody, by name
 * @param chains steps by name of an owner; with {@link #DEFAULT} for all others
 * @param tickets notifiers that are told of what wakes nobody up
 * @param watchdog who is told again and again that we are alive
 * @param address under which people reach the control plane; empty: where it listens
 */
public record Plan(
    Map<String, Notifier> notifiers,
    Map<String, Chain> chains,
    List<String> tickets,
    Optional<Watchdog> watchdog,
    Optional<URI> address) {
  /** The chain of owners that have none of their own. */
  public static final String DEFAULT = "default";

  /** Nobody is told anything. */
  public static final Plan NOBODY =
      new Plan(Map.of(), Map.of(), List.of(), Optional.empty(), Optional.empty());

  public Plan {
    notifiers = Collections.unmodifiableMap(new LinkedHashMap<>(notifiers));
    chains = Collections.unmodifiableMap(new LinkedHashMap<>(chains));
    tickets = List.copyOf(tickets);
  }

  /** A way to tell somebody. */
  public sealed interface Notifier {
    /** Where it is sent to. */
    URI url();
  }

  /**
   * A signed POST.
   *
   * @param secretFile holds what it is signed with; relative to the file of the plan
   * @param secretAt where the file is named
   */
  public record Webhook(URI url, String secretFile, Span secretAt) implements Notifier {}

  /** The base address of an Alertmanager: its API, version 2, is used. */
  public record Alertmanager(URI url) implements Notifier {}

  /**
   * Who is told, one after the other, until somebody acknowledges; the last step is repeated.
   *
   * @param steps at least one
   */
  public record Chain(List<Step> steps) {
    public Chain {
      steps = List.copyOf(steps);
      if (steps.isEmpty()) {
        throw new IllegalArgumentException("a chain has a step");
      }
    }
  }

  /**
   * A step of a chain.
   *
   * @param notifiers all of them are told at once
   * @param lasting how long to wait for an acknowledgement before the next step
   */
  public record Step(List<String> notifiers, Duration lasting) {
    public Step {
      notifiers = List.copyOf(notifiers);
    }
  }

  /** A heartbeat: if it stays away, whoever waits for it knows that we are dead. */
  public record Watchdog(List<String> notifiers, Duration every) {
    public Watchdog {
      notifiers = List.copyOf(notifiers);
    }
  }

  /** The name of the chain for an owner; {@link #DEFAULT} also if there is none at all. */
  public String chainOf(String owner) {
    return chains.containsKey(owner) ? owner : DEFAULT;
  }

  /** The steps of a chain; none if it is not there. */
  List<Step> steps(String chain) {
    Chain found = chains.getOrDefault(chain, chains.get(DEFAULT));
    return found == null ? List.of() : found.steps();
  }
}
