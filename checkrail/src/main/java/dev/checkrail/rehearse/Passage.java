package dev.checkrail.rehearse;

import dev.checkrail.explain.Explain;
import dev.checkrail.explain.ListenerChoice;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.Optional;

/**
 * A request ready to be sent.
 *
 * @param request as asked
 * @param frontend who gets it
 * @param listener where
 * @param model what is expected
 * @param raw what is sent
 */
record Passage(
    Request request, Frontend frontend, Listener listener, Outcome model, RawRequest raw) {

  /** A request that can be sent, or why it can't. */
  sealed interface Prepared {
    /** Ready. */
    record Ready(Passage passage) implements Prepared {}

    /** Not to be sent. */
    record Not(String why) implements Prepared {}
  }

  /** Finds the listener, asks the model, and words the request. */
  static Prepared prepare(Configuration configuration, SandboxCopy copy, Rehearsed one) {
    Request request = one.request();
    return switch (Explain.listener(configuration, request, request.listener())) {
      case ListenerChoice.Unclear unclear -> new Prepared.Not(unclear.message());
      case ListenerChoice.Chosen chosen -> prepare(configuration, copy, one, chosen);
    };
  }

  private static Prepared prepare(
      Configuration configuration, SandboxCopy copy, Rehearsed one, ListenerChoice.Chosen chosen) {
    Request request = one.request();
    Listener listener = chosen.listener();
    Optional<String> address = concrete(chosen, request);
    if (listener.port() == 0 || address.isEmpty()) {
      return new Prepared.Not("listener " + listener.key() + " is not reached over TCP");
    }
    if (listener.options().stream().anyMatch(o -> o.name().equals("accept-netscaler-cip"))) {
      return new Prepared.Not("listener " + listener.key() + " asks for a header that is not sent");
    }
    if (listener.options().stream()
        .anyMatch(o -> o.name().equals("proto") && !o.written().equals("h1"))) {
      return new Prepared.Not("listener " + listener.key() + " speaks HTTP/2 only");
    }
    if (request.from().isPresent()
        && (!Neutralise.isLiteral(request.from().get())
            || (request.from().get().indexOf(':') < 0) != (address.get().indexOf(':') < 0))) {
      return new Prepared.Not(
          "from " + request.from().get() + " to " + listener.key() + " there is no way");
    }
    Optional<Endpoint> door = copy.door(listener);
    if (copy.onLoopback()) {
      Optional<String> hidden =
          door.isEmpty()
              ? Optional.of("listener " + listener.key() + " has no place on the loopback device")
              : Behind.hidden(configuration, chosen.frontend(), listener, address.get());
      if (hidden.isPresent()) {
        return new Prepared.Not(hidden.get());
      }
    }
    ListenerChoice.Chosen exact =
        new ListenerChoice.Chosen(chosen.frontend(), listener, address.get());
    Outcome model =
        one.model().orElseGet(() -> Explain.explain(configuration, request, exact).outcome());
    try {
      RawRequest raw = Wording.of(request, chosen.frontend(), listener, address.get());
      String from = request.from().orElse(address.get().indexOf(':') < 0 ? "127.0.0.1" : "::1");
      Endpoint source = new Endpoint(from, 40_000);
      if (door.isPresent()) {
        raw = raw.through(door.get(), source);
      } else if (listener.acceptProxy()) {
        raw = raw.proxied(source, new Endpoint(address.get(), listener.port()));
      }
      return new Prepared.Ready(
          new Passage(
              request, chosen.frontend(), listener, model, raw.timeoutMillis(patience(model))));
    } catch (IllegalArgumentException e) {
      return new Prepared.Not("it has no form in bytes: " + e.getMessage());
    }
  }

  /** A dropped connection may be one that stays silent: that is not waited for long. */
  private static int patience(Outcome model) {
    return switch (model) {
      case Outcome.Drops drops -> 1_500;
      case Outcome.Reaches reaches -> 5_000;
      case Outcome.Responds responds -> 5_000;
      case Outcome.Redirects redirects -> 5_000;
      case Outcome.Splits splits -> 5_000;
      case Outcome.Undecided undecided -> 1_500;
    };
  }

  /** An address to connect to; a listener for all addresses is reached at the machine's own. */
  private static Optional<String> concrete(ListenerChoice.Chosen chosen, Request request) {
    String address = chosen.address();
    if (address.equals("*") || address.equals("0.0.0.0")) {
      return Optional.of("127.0.0.1");
    }
    if (address.equals("::")) {
      boolean both = chosen.listener().options().stream().anyMatch(o -> o.name().equals("v4v6"));
      boolean four = request.from().filter(from -> from.indexOf(':') < 0).isPresent();
      return Optional.of(both && four ? "127.0.0.1" : "::1");
    }
    return Neutralise.isLiteral(address) ? Optional.of(address) : Optional.empty();
  }
}
