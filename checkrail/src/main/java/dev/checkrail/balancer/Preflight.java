package dev.checkrail.balancer;

import dev.checkrail.change.ConfigurationSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a reload would lose. A server that a person took out of service comes back with the next
 * worker, a weight is what the file says, a map entry is gone: nobody may be surprised by that, so
 * each one needs a choice, made by a person, before the reload.
 *
 * @param lost what is in memory only and what the new files don't say either
 * @param carried what is in memory and what the new files say, too: nothing is lost
 * @param choices what may be chosen for each of {@code lost}, by {@link Deviation#key}
 */
public record Preflight(
    List<Deviation> lost, List<Deviation> carried, Map<String, Set<Choice>> choices) {
  public Preflight {
    lost = List.copyOf(lost);
    carried = List.copyOf(carried);
    choices = Collections.unmodifiableMap(new LinkedHashMap<>(choices));
  }

  /** What can be done about something that is in memory only. */
  public enum Choice {
    /**
     * Written into the files: another version, with another digest, that is approved like any other
     * ({@link Driver#carried} proposes it).
     */
    CARRY,
    /**
     * Said to the new worker again: by the state file if the configuration has one, else over the
     * socket as soon as the new worker serves, so that for some milliseconds it does not hold.
     */
    KEEP,
    /** Given up. */
    DROP
  }

  /**
   * Compares what runs with the files that it was started from and with those that are to come.
   *
   * @param current what the worker was started from
   * @param next what is to be loaded
   */
  public static Preflight of(Driver driver, ConfigurationSet current, ConfigurationSet next)
      throws BalancerException {
    return of(driver, current, next, Raised.NONE);
  }

  /**
   * The same during a rollout.
   *
   * @param raised what it told servers itself: expected, and no loss
   */
  public static Preflight of(
      Driver driver, ConfigurationSet current, ConfigurationSet next, Raised raised)
      throws BalancerException {
    RunningState before = raised.over(driver.expected(current));
    RunningState after = driver.expected(next);
    RunningState running = driver.running().named(before);
    List<Deviation> now = Deviation.between(before, running);
    Set<String> then = new HashSet<>();
    Deviation.between(after, running).forEach(one -> then.add(one.key()));
    List<Deviation> lost = new ArrayList<>();
    List<Deviation> carried = new ArrayList<>();
    Map<String, Set<Choice>> choices = new LinkedHashMap<>();
    for (Deviation one : now) {
      if (fromItsFile(one, running)) {
        continue;
      }
      boolean known = TablesOver.isKnown(one, before, after);
      // A server that the next files don't have any more takes its state with it.
      boolean stays =
          one instanceof Deviation.TableEntries entries
              ? !TablesOver.has(entries, after, known)
              : then.contains(one.key());
      if (!stays) {
        carried.add(one);
        continue;
      }
      Deviation over = known ? TablesOver.onto(one, after) : one;
      lost.add(over);
      Set<Choice> possible = EnumSet.of(Choice.DROP);
      if (known && keepable(over, driver.keepsState(next))) {
        possible.add(Choice.KEEP);
      }
      if (known && driver.carried(next, over).isPresent()) {
        possible.add(Choice.CARRY);
      }
      choices.put(one.key(), possible);
    }
    return new Preflight(lost, carried, choices);
  }

  /** The worker says which weight it read: nobody told it another one since. */
  private static boolean fromItsFile(Deviation one, RunningState running) {
    return one instanceof Deviation.ServerWeight weight
        && running.servers().stream()
            .anyMatch(server ->
                server.name().equals(weight.server()) && server.weight() == server.initialWeight());
  }

  private static boolean keepable(Deviation one, boolean stateFile) {
    return switch (one) {
      case Deviation.ServerAdmin s -> true;
      case Deviation.ServerWeight s -> true;
      case Deviation.ServerAddress s -> stateFile;
      case Deviation.ServerSet s -> false;
      case Deviation.OtherValue v -> true;
      case Deviation.TableEntries t -> true;
      case Deviation.OtherCertificate c -> false;
      case Deviation.ListenerClosed l -> false;
    };
  }

  /** Those of {@code lost} for which nothing that is possible was chosen. */
  public List<Deviation> open(Map<String, Choice> chosen) {
    return lost.stream()
        .filter(one -> {
          Choice choice = chosen.get(one.key());
          return choice == null
              || choice == Choice.CARRY // then the files would say it, and it would not be here
              || !choices.getOrDefault(one.key(), Set.of()).contains(choice);
        })
        .toList();
  }

  /** Those that are to be said to the new worker again. */
  List<Deviation> kept(Map<String, Choice> chosen) {
    return lost.stream().filter(one -> chosen.get(one.key()) == Choice.KEEP).toList();
  }
}
