package dev.checkrail.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What another policy demands less, more, or otherwise: by it people see what a change of the
 * policy gives up. Each is a sentence without its end. Where more and less can't be told apart (a
 * service or an invariant is defined otherwise) it is <em>otherwise</em>, never <em>more</em>.
 *
 * @param loosens what is not demanded any more, or less of it
 * @param tightens what is demanded besides
 * @param otherwise what may be either
 */
public record PolicyDifference(
    List<String> loosens, List<String> tightens, List<String> otherwise) {
  public PolicyDifference {
    loosens = List.copyOf(loosens);
    tightens = List.copyOf(tightens);
    otherwise = List.copyOf(otherwise);
  }

  /** Whether nothing is demanded otherwise than before. */
  public boolean isEmpty() {
    return loosens.isEmpty() && tightens.isEmpty() && otherwise.isEmpty();
  }

  /** From the approved one to another one. */
  public static PolicyDifference between(Policy old, Policy now) {
    Comparing comparing = new Comparing();
    comparing.services(old, now);
    comparing.inventory(old.inventory(), now.inventory());
    comparing.retry(old.retry(), now.retry());
    comparing.invariants(old.invariants(), now.invariants());
    comparing.floors(old.floors(), now.floors());
    comparing.tests(old.tests(), now.tests());
    comparing.severities(old.severities(), now.severities());
    comparing.suppressions(old.suppressions(), now.suppressions());
    comparing.review(old.review(), now.review());
    comparing.rest(old, now);
    return new PolicyDifference(comparing.loosens, comparing.tightens, comparing.otherwise);
  }

  /** Collects while it goes through them. */
  private static final class Comparing {
    final List<String> loosens = new ArrayList<>();
    final List<String> tightens = new ArrayList<>();
    final List<String> otherwise = new ArrayList<>();

    void services(Policy old, Policy now) {
      Map<String, Policy.Service> before = by(old.services(), Policy.Service::name);
      Map<String, Policy.Service> after = by(now.services(), Policy.Service::name);
      before.forEach((name, one) -> {
        Policy.Service other = after.get(name);
        if (other == null) {
          loosens.add("the service " + name + " is gone");
        } else if (!Places.same(one.requests(), other.requests())) {
          otherwise.add("the service " + name + " means other requests");
        }
      });
      after.keySet().stream()
          .filter(name -> !before.containsKey(name))
          .forEach(name -> otherwise.add("there is a service " + name));
    }

    void inventory(List<Policy.InventoryEntry> old, List<Policy.InventoryEntry> now) {
      if (!old.isEmpty() && now.isEmpty()) {
        loosens.add("there is no inventory: what servers may get is not checked any more");
        return;
      }
      if (old.isEmpty() && !now.isEmpty()) {
        tightens.add("there is an inventory: servers may only get what they serve");
        return;
      }
      Map<String, Policy.InventoryEntry> before = by(old, Policy.InventoryEntry::address);
      Map<String, Policy.InventoryEntry> after = by(now, Policy.InventoryEntry::address);
      for (String address : union(before.keySet(), after.keySet())) {
        Policy.InventoryEntry one = before.get(address);
        Policy.InventoryEntry other = after.get(address);
        Set<String> was = one == null ? Set.of() : new LinkedHashSet<>(one.serves());
        Set<String> is = other == null ? Set.of() : new LinkedHashSet<>(other.serves());
        String server = (other == null ? name(one) : other.name()) + " (" + address + ")";
        if (one == null) {
          loosens.add("the server " + server + " may be used" + forWhat(is));
        } else if (other == null) {
          tightens.add("the server " + server + " may not be used any more");
        } else {
          more(was, is).ifPresent(it -> loosens.add("the server " + server + " may get " + it));
          more(is, was)
              .ifPresent(it -> tightens.add("the server " + server + " may not get " + it));
        }
      }
    }

    private static String name(Policy.@Nullable InventoryEntry entry) {
      return entry == null ? "" : entry.name();
    }

    private static String forWhat(Set<String> services) {
      return services.isEmpty() ? "" : " for " + String.join(", ", services);
    }

    private static Optional<String> more(Set<String> before, Set<String> now) {
      String text =
          now.stream().filter(it -> !before.contains(it)).collect(Collectors.joining(", "));
      return Optional.of(text).filter(it -> !it.isEmpty());
    }

    void retry(List<Policy.ServiceRetry> old, List<Policy.ServiceRetry> now) {
      Map<String, Policy.ServiceRetry> before = by(old, Policy.ServiceRetry::service);
      Map<String, Policy.ServiceRetry> after = by(now, Policy.ServiceRetry::service);
      for (String service : union(before.keySet(), after.keySet())) {
        boolean never = isNever(before.get(service));
        boolean neverNow = isNever(after.get(service));
        if (never && !neverNow) {
          loosens.add("requests of " + service + " may be sent a second time");
        } else if (!never && neverNow) {
          tightens.add("requests of " + service + " must not be sent a second time");
        } else if (before.containsKey(service) != after.containsKey(service)) {
          otherwise.add("whether requests of " + service + " may be sent twice is said otherwise");
        }
      }
    }

    private static boolean isNever(Policy.@Nullable ServiceRetry retry) {
      return retry != null && retry.retrying() == Policy.Retrying.NEVER;
    }

    void invariants(List<Policy.Invariant> old, List<Policy.Invariant> now) {
      Map<String, Policy.Invariant> before = by(old, Policy.Invariant::name);
      Map<String, Policy.Invariant> after = by(now, Policy.Invariant::name);
      before.forEach((name, one) -> {
        Policy.Invariant other = after.get(name);
        if (other == null) {
          loosens.add("the invariant \"" + name + "\" is gone");
        } else if (!Places.same(one, other)) {
          otherwise.add("the invariant \"" + name + "\" is another one");
        }
      });
      after.keySet().stream()
          .filter(name -> !before.containsKey(name))
          .forEach(name -> tightens.add("an invariant: \"" + name + "\""));
    }

    void floors(List<Policy.Floor> old, List<Policy.Floor> now) {
      Map<String, Integer> before = floors(old);
      Map<String, Integer> after = floors(now);
      for (String of : union(before.keySet(), after.keySet())) {
        int was = before.getOrDefault(of, 0);
        int is = after.getOrDefault(of, 0);
        if (is < was) {
          loosens.add("of the servers of %s %s have to remain, not %d".formatted(of, is, was));
        } else if (is > was) {
          tightens.add("of the servers of %s %s have to remain, not %d".formatted(of, is, was));
        }
      }
    }

    private static Map<String, Integer> floors(List<Policy.Floor> all) {
      Map<String, Integer> floors = new TreeMap<>();
      all.forEach(it ->
          floors.merge(
              it.service() + (it.irregular() ? " (irregular requests, too)" : ""),
              it.servers(),
              Math::max));
      return floors;
    }

    void tests(List<RoutingTest> old, List<RoutingTest> now) {
      absent(old, now).forEach(it -> loosens.add("the test \"" + it.name() + "\" is gone"));
      absent(now, old).forEach(it -> tightens.add("a test: \"" + it.name() + "\""));
    }

    void severities(Severities old, Severities now) {
      if (old.preset() != now.preset()) {
        String text = "rules are taken as " + word(now.preset()) + ", not as " + word(old.preset());
        (now.preset().compareTo(old.preset()) < 0 ? loosens : tightens).add(text);
      }
      for (String rule : union(old.rules().keySet(), now.rules().keySet())) {
        Severities.Level was = old.rules().get(rule);
        Severities.Level is = now.rules().get(rule);
        if (was == is) {
          continue;
        }
        String text = "the rule " + rule + " is " + word(is) + ", not " + word(was);
        if (was == null || is == null) {
          otherwise.add(text);
        } else {
          (is.compareTo(was) < 0 ? loosens : tightens).add(text);
        }
      }
    }

    private static String word(@Nullable Enum<?> level) {
      return level == null
          ? "as the preset says"
          : level.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    void suppressions(List<Suppression> old, List<Suppression> now) {
      absent(now, old)
          .forEach(it ->
              loosens.add(
                  "findings of %s at \"%s\" do not count%s"
                      .formatted(
                          it.rule(),
                          it.at(),
                          it.until().map(day -> " until " + day).orElse(", for ever"))));
      absent(old, now)
          .forEach(it ->
              tightens.add(
                  "findings of %s at \"%s\" are not suppressed as before"
                      .formatted(it.rule(), it.at())));
    }

    void review(Policy.Review old, Policy.Review now) {
      number("who has to agree", old.approvers(), now.approvers());
      number("who has to agree to a high risk", high(old), high(now));
      for (String role : old.highRiskRoles()) {
        if (!now.highRiskRoles().contains(role)) {
          loosens.add("to a high risk nobody has to agree who is " + role);
        }
      }
      for (String role : now.highRiskRoles()) {
        if (!old.highRiskRoles().contains(role)) {
          tightens.add("to a high risk somebody has to agree who is " + role);
        }
      }
      absent(old.freeze(), now.freeze())
          .forEach(it -> loosens.add("the freeze window \"" + it.text() + "\" is gone"));
      absent(now.freeze(), old.freeze())
          .forEach(it -> tightens.add("a freeze window: \"" + it.text() + "\""));
    }

    private static int high(Policy.Review review) {
      OptionalInt said = review.highRisk();
      return said.orElse(review.approvers() + 1);
    }

    private void number(String what, int was, int is) {
      if (is != was) {
        (is < was ? loosens : tightens).add("%s: %d, not %d".formatted(what, is, was));
      }
    }

    /** What no gate blocks by. */
    void rest(Policy old, Policy now) {
      if (!Places.same(old.target(), now.target())) {
        otherwise.add("configurations are read for another target");
      }
      if (!old.owners().equals(now.owners())) {
        otherwise.add("other owners");
      }
      if (!said(old.probe()).equals(said(now.probe()))) {
        otherwise.add("probes may send something else");
      }
      if (!Places.same(old.pending(), now.pending())) {
        otherwise.add("other answers say that the outcome is not known yet");
      }
      if (old.signals().size() != now.signals().size()
          || !absent(old.signals(), now.signals()).isEmpty()) {
        otherwise.add("other signals of dependencies");
      }
    }

    private static Map<String, Policy.Probing> said(List<Policy.ServiceProbe> probes) {
      Map<String, Policy.Probing> said = new TreeMap<>();
      probes.forEach(it -> said.put(it.service(), it.probing()));
      return said;
    }

    /** Those for which there is none that says the same. */
    private static <T> List<T> absent(Collection<T> some, Collection<T> others) {
      return some.stream()
          .filter(one -> others.stream().noneMatch(other -> Places.same(one, other)))
          .toList();
    }

    private static <T> Map<String, T> by(List<T> all, Function<T, String> name) {
      Map<String, T> map = new LinkedHashMap<>();
      all.forEach(one -> map.putIfAbsent(name.apply(one), one));
      return Collections.unmodifiableMap(map);
    }

    private static Set<String> union(Set<String> some, Set<String> more) {
      Set<String> all = new TreeSet<>(some);
      all.addAll(more);
      return all;
    }
  }
}
