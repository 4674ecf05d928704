package dev.checkrail.watch.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the policy's signals of dependencies say of the time since the harm began. */
final class Signals {
  private final History.Usual usual;
  private final double began;
  private final Harm harm;
  private final Tick now;
  private final List<Tick> since;

  Signals(Case of) {
    this.usual = of.usual;
    this.began = of.began;
    this.harm = of.harm;
    this.now = of.now;
    this.since = of.since;
  }

  /** Trouble for less of the time than that came and went. */
  static final double LASTING = 0.3;

  /** A dependency's signal, in trouble since the harm began. */
  record Trouble(String name, double value, double usual, double most, double above, boolean now) {
    /** Not in trouble by what the policy says of it, and yet far from usual. */
    boolean raised() {
      return !now && value > 0.3 * above && value > 3 * most && value > 5 * usual;
    }
  }

  Map<String, Trouble> dependencies() {
    Map<String, Trouble> all = new TreeMap<>();
    for (Tick tick : since) {
      if (tick.time < began - 3) {
        continue;
      }
      tick.dependencies.forEach((name, signal) -> {
        if (signal.value().isEmpty()) {
          return;
        }
        double value = signal.value().getAsDouble();
        double[] before = usual.dependencies.getOrDefault(name, new double[3]);
        double mean = usual.rate(before[0]);
        Trouble old = all.get(name);
        // In trouble before the harm as well: then it is no news.
        boolean news =
            signal.inTrouble()
                && (before[2] < 0.1 * usual.seconds || value > 2.5 * Math.max(mean, 1e-9));
        double worst = old == null ? value : Math.max(old.value(), value);
        all.put(
            name,
            new Trouble(
                name, worst, mean, before[1], signal.above(), news || (old != null && old.now())));
      });
    }
    return all;
  }

  /** Seconds of trouble among those since the harm began. */
  double troubled(Cause cause) {
    double seconds = 0;
    double all = 0;
    Map<String, Trouble> news = dependencies();
    for (Tick tick : since) {
      if (tick.time < began) {
        continue;
      }
      all++;
      boolean one =
          tick.dependencies.entrySet().stream()
              .anyMatch(e -> {
                Trouble trouble = news.get(e.getKey());
                return Dependencies.cause(e.getKey()).filter(c -> c == cause).isPresent()
                    && e.getValue().inTrouble()
                    && trouble != null
                    && trouble.now();
              });
      seconds += one ? 1 : 0;
    }
    return all == 0 ? 0 : seconds / all;
  }

  void dependency(Hypothesis one, Cause cause) {
    List<Trouble> own = new ArrayList<>();
    dependencies()
        .forEach((name, trouble) -> {
          if (Dependencies.cause(name).filter(c -> c == cause).isPresent()) {
            own.add(trouble);
          }
        });
    if (own.isEmpty()) {
      one.observed = false;
      one.missing = "no signal of it is mapped in the policy, or none answers";
      return;
    }
    List<Trouble> bad = own.stream().filter(Trouble::now).toList();
    Optional<Trouble> raised = own.stream().filter(Trouble::raised).findFirst();
    if (bad.isEmpty() && raised.isPresent()) {
      one.add(
          Reason.Kind.DEPENDENCY,
          0.5,
          "%s is %.1f, usually %.1f at most: raised, though below %.1f",
          raised.get().name(),
          raised.get().value(),
          raised.get().most(),
          raised.get().above());
    } else if (bad.isEmpty()) {
      Trouble any = own.getFirst();
      one.add(
          Reason.Kind.DEPENDENCY,
          -3,
          "its signals are as usual (%s: %.1f, trouble above %.1f)",
          any.name(),
          any.value(),
          any.above());
    } else {
      Trouble worst =
          bad.stream()
              .max(Comparator.comparingDouble(t -> t.value() / Math.max(1e-9, t.above())))
              .orElse(bad.getFirst());
      double part = troubled(cause);
      one.add(
          Reason.Kind.DEPENDENCY,
          part > 0.45 ? 3 : part > LASTING ? 1.2 : part > 0.15 ? -0.3 : -1.5,
          "%s is %.1f, usually %.1f, trouble above %.1f; in trouble %.0f %% of the time since",
          worst.name(),
          worst.value(),
          worst.usual(),
          worst.above(),
          100 * part);
    }
  }
}
