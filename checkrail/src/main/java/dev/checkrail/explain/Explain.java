package dev.checkrail.explain;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.report.Explanation;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.TraceStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Explains what becomes of one concrete request. */
public final class Explain {
  private Explain() {}

  /**
   * Routes a request, with nothing down. The listener is the request's own, else as {@link
   * #listener} finds it; if that is unclear the outcome is undecided and says so.
   */
  public static Explanation explain(Configuration configuration, Request request) {
    return switch (listener(configuration, request, request.listener())) {
      case ListenerChoice.Unclear unclear ->
          new Explanation(request, new Outcome.Undecided(unclear.message()), List.of());
      case ListenerChoice.Chosen chosen -> explain(configuration, request, chosen);
    };
  }

  /** Routes a request that arrives at this listener. */
  public static Explanation explain(
      Configuration configuration, Request request, ListenerChoice.Chosen chosen) {
    Frontend frontend = chosen.frontend();
    if (frontend.mode() == Mode.HTTP && request.scheme().equals("tcp")) {
      return new Explanation(
          request,
          new Outcome.Undecided("frontend " + frontend.name() + " speaks HTTP, not plain TCP"),
          List.of());
    }
    Regexes regexes = new Regexes();
    Exploration.Way way =
        new Exploration(script -> run(configuration, request, chosen, regexes, script)).explore();
    return new Explanation(request, way.outcome(), way.trace());
  }

  private static Exploration.Way run(
      Configuration configuration,
      Request request,
      ListenerChoice.Chosen chosen,
      Regexes regexes,
      List<Integer> script) {
    List<TraceStep> trace = new ArrayList<>();
    Choices choices = new Choices(script, trace);
    Frontend frontend = chosen.frontend();
    Outcome outcome =
        switch (Arrival.parse(frontend, request)) {
          case Arrival.Parsed.Refused refused -> {
            trace.add(
                new TraceStep(frontend.span(), "frontend " + frontend.name(), true, refused.why()));
            yield refused.outcome();
          }
          case Arrival.Parsed.Accepted accepted ->
              new Journey(
                      configuration, request, chosen, accepted.message(), regexes, choices, trace)
                  .travel();
        };
    return new Exploration.Way(outcome, trace, choices.met());
  }

  /**
   * The listener that gets a request: the given one (its key, a concrete address of one that
   * listens to all, or its frontend's name), else the one whose port and TLS fit the URL, else the
   * only HTTP listener.
   */
  public static ListenerChoice listener(
      Configuration configuration, Request request, Optional<String> key) {
    List<ListenerChoice.Chosen> all = new ArrayList<>();
    for (Frontend frontend : configuration.frontends()) {
      for (Listener listener : frontend.listeners()) {
        all.add(new ListenerChoice.Chosen(frontend, listener, listener.address()));
      }
    }
    return key.isPresent() ? given(all, key.get(), request) : fitting(all, request);
  }

  private static ListenerChoice.Unclear unclear(String message, List<ListenerChoice.Chosen> known) {
    List<String> keys = known.stream().map(chosen -> chosen.listener().key()).distinct().toList();
    return new ListenerChoice.Unclear(
        keys.isEmpty()
            ? "the configuration has no listener"
            : message + "; listeners are " + String.join(", ", keys),
        keys);
  }

  private static ListenerChoice given(
      List<ListenerChoice.Chosen> all, String key, Request request) {
    for (ListenerChoice.Chosen chosen : all) {
      if (chosen.listener().key().equals(key)) {
        return chosen;
      }
    }
    int colon = key.lastIndexOf(':');
    for (ListenerChoice.Chosen chosen : all) {
      if (colon > 0
          && isWildcard(chosen.listener())
          && key.substring(colon + 1).equals(Integer.toString(chosen.listener().port()))) {
        String address = key.substring(0, colon).replace("[", "").replace("]", "");
        return new ListenerChoice.Chosen(chosen.frontend(), chosen.listener(), address);
      }
    }
    List<ListenerChoice.Chosen> named =
        all.stream().filter(chosen -> chosen.frontend().name().equals(key)).toList();
    if (named.isEmpty()) {
      return unclear("there is no listener " + key, all);
    }
    return named.stream()
        .filter(chosen -> fits(chosen, request))
        .findFirst()
        .orElse(named.getFirst());
  }

  private static ListenerChoice fitting(List<ListenerChoice.Chosen> all, Request request) {
    List<ListenerChoice.Chosen> fitting =
        all.stream().filter(chosen -> fits(chosen, request)).toList();
    if (fitting.isEmpty()) {
      Mode mode = request.scheme().equals("tcp") ? Mode.TCP : Mode.HTTP;
      List<ListenerChoice.Chosen> ofMode =
          all.stream().filter(chosen -> chosen.frontend().mode() == mode).toList();
      return ofMode.size() == 1
          ? ofMode.getFirst()
          : unclear("no listener's port and TLS fit " + request.url(), all);
    }
    String host = hostOf(request);
    Optional<ListenerChoice.Chosen> same =
        fitting.stream().filter(c -> c.listener().address().equals(host)).findFirst();
    boolean oneFrontend = fitting.stream().map(c -> c.frontend().name()).distinct().count() == 1;
    return same.isPresent()
        ? same.get()
        : oneFrontend
            ? fitting.getFirst()
            : unclear("more than one listener fits " + request.url(), fitting);
  }

  private static boolean isWildcard(Listener listener) {
    return listener.address().equals("*")
        || listener.address().equals("0.0.0.0")
        || listener.address().equals("::");
  }

  /** A TCP listener lets the client's TLS through, so there it need not end at the listener. */
  private static boolean fits(ListenerChoice.Chosen chosen, Request request) {
    boolean tcp = chosen.frontend().mode() == Mode.TCP;
    boolean kind =
        request.scheme().equals("tcp")
            ? tcp
            : tcp || chosen.listener().tls() == request.scheme().equals("https");
    return kind && chosen.listener().port() == portOf(request);
  }

  private static int portOf(Request request) {
    String authority = request.authority();
    int colon = authority.lastIndexOf(':');
    if (colon > authority.lastIndexOf(']')
        && authority.substring(colon + 1).matches("[0-9]{1,5}")) {
      return Integer.parseInt(authority.substring(colon + 1));
    }
    return request.scheme().equals("https") ? 443 : 80;
  }

  private static String hostOf(Request request) {
    String authority = request.authority();
    int colon = authority.lastIndexOf(':');
    String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    return host.replace("[", "").replace("]", "");
  }
}
