package dev.checkrail.watch.collect;

import dev.checkrail.policy.HostPattern;
import dev.checkrail.policy.PathGlob;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.Policy.Probing;
import dev.checkrail.policy.RequestSet;
import dev.checkrail.policy.RequestSet.Clause;
import dev.checkrail.policy.RequestSet.HeaderAbsent;
import dev.checkrail.policy.RequestSet.HeaderIs;
import dev.checkrail.policy.RequestSet.HeaderPresent;
import dev.checkrail.policy.RequestSet.HeaderTest;
import dev.checkrail.policy.RequestSet.Named;
import dev.checkrail.policy.RequestSet.Part;
import dev.checkrail.source.Redaction;
import dev.checkrail.watch.collect.ProbeTarget.Ask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request of a service that may be sent to what is live: a GET without credentials and without a
 * body. Of a service that the policy marks {@code probe: safe} it may have another method and
 * whatever headers the service's own description asks for; a body it never has. Of one that is
 * marked {@code none} there is none.
 */
final class SafeRequest {
  /** Where the request names no host. */
  private static final String NO_HOST = "probe.invalid";

  private static final String WORD = "checkrail-probe";
  private static final int TRIED = 200;

  /** They say something of a body, or of the connection. */
  private static final Set<String> OURS =
      Set.of(
          "host", "connection", "content-length", "transfer-encoding", "upgrade", "expect", "te");

  /** Of these no value is a credential. */
  private static final Set<String> HARMLESS =
      Set.of(
          "accept",
          "accept-encoding",
          "accept-language",
          "cache-control",
          "content-type",
          "user-agent",
          "x-forwarded-proto",
          "x-request-id");

  private final Policy policy;

  SafeRequest(Policy policy) {
    this.policy = policy;
  }

  /**
   * A request, or why there is none.
   *
   * @param why empty if there is one
   */
  record Found(Optional<Ask> ask, String why) {
    static Found none(String why) {
      return new Found(Optional.empty(), why);
    }
  }

  /**
   * A request of a service.
   *
   * @param listeners keys of a listener and the name of its frontend, if it is to come in there
   */
  Found of(String service, Set<String> listeners) {
    Optional<Probing> told =
        policy.probe().stream()
            .filter(one -> one.service().equals(service))
            .map(Policy.ServiceProbe::probing)
            .findFirst();
    Optional<RequestSet> set = policy.service(service).map(Policy.Service::requests);
    if (told.equals(Optional.of(Probing.NONE))) {
      return Found.none("the policy allows no probe of " + service);
    }
    if (set.isEmpty()) {
      return Found.none("the policy does not describe " + service);
    }
    boolean safe = told.equals(Optional.of(Probing.SAFE));
    List<String> why = new ArrayList<>();
    for (Clause clause : clauses(set.get(), 0)) {
      Optional<String> reason = refused(clause, safe, listeners);
      if (reason.isPresent()) {
        why.add(reason.get());
        continue;
      }
      Optional<Ask> ask = asks(clause).stream().filter(it -> !excepted(clause, it)).findFirst();
      if (ask.isPresent()) {
        return new Found(ask, "");
      }
      why.add("no request was found that is not excepted");
    }
    return Found.none(
        "nothing of "
            + service
            + " may be sent: "
            + String.join("; ", why.stream().distinct().toList()));
  }

  private List<Clause> clauses(RequestSet set, int depth) {
    List<Clause> clauses = new ArrayList<>();
    for (Part part : set.parts()) {
      switch (part) {
        case Clause clause -> clauses.add(clause);
        case Named named -> {
          if (depth < 16) {
            policy
                .service(named.service())
                .ifPresent(it -> clauses.addAll(clauses(it.requests(), depth + 1)));
          }
        }
      }
    }
    return clauses;
  }

  private static Optional<String> refused(Clause clause, boolean safe, Set<String> listeners) {
    if (!safe && method(clause).filter("GET"::equals).isEmpty()) {
      return Optional.of("it takes no GET, and the policy does not call it safe");
    }
    for (HeaderTest header : clause.headers()) {
      boolean wanted = !(header instanceof HeaderAbsent);
      if (wanted && OURS.contains(header.name())) {
        return Optional.of("it wants the header " + header.name());
      }
      if (wanted && !safe && Redaction.soundsSecret(header.name())) {
        return Optional.of(
            "it wants the credential " + header.name() + ", and the policy does not call it safe");
      }
    }
    if (!listeners.isEmpty()) {
      if (!clause.from().isAny()) {
        return Optional.of("it comes from certain addresses only");
      }
      if (!clause.listeners().isEmpty()
          && clause.listeners().stream().noneMatch(listeners::contains)) {
        return Optional.of("it comes in elsewhere");
      }
    }
    return Optional.empty();
  }

  /** The most harmless one. */
  private static Optional<String> method(Clause clause) {
    if (clause.methods().isEmpty()) {
      return Optional.of("GET");
    }
    return List.of("GET", "HEAD", "OPTIONS").stream()
        .filter(clause.methods()::contains)
        .findFirst()
        .or(() -> clause.methods().stream().filter(it -> it.matches("[A-Z]{1,20}")).findFirst());
  }

  private static List<Ask> asks(Clause clause) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (HeaderTest header : clause.headers()) {
      switch (header) {
        case HeaderIs is ->
            headers.put(is.name(), is.values().isEmpty() ? WORD : is.values().getFirst());
        case HeaderPresent present -> headers.put(present.name(), WORD);
        case HeaderAbsent absent -> {}
      }
    }
    List<Ask> asks = new ArrayList<>();
    String method = method(clause).orElse("GET");
    for (String path : paths(clause.paths())) {
      for (String host : hosts(clause.hosts())) {
        Ask ask = new Ask(method, path, host, headers);
        if (asks.size() < TRIED && sendable(ask)) {
          asks.add(ask);
        }
      }
    }
    return asks;
  }

  /** Headers whose values the policy gives, and that may be credentials. */
  static List<String> maybeSecret(Ask ask) {
    return ask.headers().entrySet().stream()
        .filter(one -> !HARMLESS.contains(one.getKey().toLowerCase(Locale.ROOT)))
        .filter(one -> !one.getValue().equals(WORD))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Nothing in it ends the line it stands in. */
  static boolean sendable(Ask ask) {
    return ask.path().matches("/[\\x21-\\x7e]{0,1000}")
        && ask.host().matches("[\\x21-\\x7e]{1,255}")
        && ask.headers().entrySet().stream()
            .allMatch(one ->
                one.getKey().matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
                    && one.getValue().matches("[\\x20-\\x7e]{0,1000}"));
  }

  private static List<String> paths(List<PathGlob> globs) {
    if (globs.isEmpty()) {
      return List.of("/", "/" + WORD);
    }
    List<String> paths = new ArrayList<>();
    for (String deep : List.of("", "/" + WORD)) {
      for (PathGlob glob : globs) {
        StringBuilder path = new StringBuilder();
        for (PathGlob.Step step : glob.steps()) {
          path.append(
              switch (step) {
                case PathGlob.Literal(String segment) -> "/" + segment;
                case PathGlob.Segment() -> "/" + WORD;
                case PathGlob.Depth() -> deep;
              });
        }
        String text = path.isEmpty() ? "/" : path.toString();
        if (glob.matches(text) && !paths.contains(text)) {
          paths.add(text);
        }
      }
    }
    return paths;
  }

  private static List<String> hosts(List<HostPattern> patterns) {
    return patterns.isEmpty()
        ? List.of(NO_HOST)
        : patterns.stream().map(it -> it.under() ? WORD + "." + it.name() : it.name()).toList();
  }

  private boolean excepted(Clause clause, Ask ask) {
    return clause.except().stream().anyMatch(named -> among(named.service(), ask, 0));
  }

  private boolean among(String service, Ask ask, int depth) {
    if (depth > 16) {
      return true; // rather no probe than one that does not belong
    }
    return policy.service(service).stream()
        .flatMap(it -> clauses(it.requests(), 0).stream())
        .anyMatch(clause ->
            fits(clause, ask)
                && clause.except().stream()
                    .noneMatch(named -> among(named.service(), ask, depth + 1)));
  }

  /** Where it comes from and comes in is taken to fit. */
  private static boolean fits(Clause clause, Ask ask) {
    return (clause.paths().isEmpty()
            || clause.paths().stream().anyMatch(glob -> glob.matches(ask.path())))
        && (clause.hosts().isEmpty()
            || clause.hosts().stream().anyMatch(host -> host.matches(ask.host())))
        && (clause.methods().isEmpty() || clause.methods().contains(ask.method()))
        && clause.headers().stream().allMatch(header -> fits(header, ask));
  }

  private static boolean fits(HeaderTest header, Ask ask) {
    Optional<String> value = Optional.ofNullable(ask.headers().get(header.name()));
    return switch (header) {
      case HeaderPresent present -> value.isPresent();
      case HeaderAbsent absent -> value.isEmpty();
      case HeaderIs is -> value.map(is.values()::contains).orElse(false);
    };
  }
}
