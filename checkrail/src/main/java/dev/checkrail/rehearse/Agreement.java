package dev.checkrail.rehearse;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Pool;
import dev.checkrail.rehearse.agent.Delivery;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts requests to a running binary and holds what the model says against what it did. */
public final class Agreement {
  private Agreement() {}

  /** What became of a comparison. */
  public enum Result {
    AGREED,
    DISAGREED,
    /** The model does not say. */
    UNDECIDED
  }

  /**
   * The bytes that a client sends.
   *
   * @param request names its listener, which has a concrete address
   */
  public static RawRequest bytes(Configuration configuration, Request request) {
    Frontend frontend = frontend(configuration, request);
    Listener listener =
        frontend.listeners().stream()
            .filter(one -> one.key().equals(request.listener().orElse("")))
            .findFirst()
            .orElseThrow();
    return Wording.of(request, frontend, listener, listener.address());
  }

  /** Whether the binary did one of the things that the model allows. */
  public static Result of(
      Configuration configuration, Request request, Outcome model, Exchange binary) {
    Set<String> persistent =
        configuration.pools().stream()
            .filter(pool -> pool.persistence().isPresent())
            .map(Pool::name)
            .collect(Collectors.toSet());
    return Compare.of(request, frontend(configuration, request), persistent, model, binary);
  }

  /** The frontend of the request's listener. */
  public static Frontend frontend(Configuration configuration, Request request) {
    return configuration.frontends().stream()
        .filter(frontend ->
            frontend.listeners().stream()
                .anyMatch(one -> one.key().equals(request.listener().orElse(""))))
        .findFirst()
        .orElseThrow();
  }

  /** What the binary did, in one line. */
  public static String text(Exchange exchange) {
    StringBuilder text = new StringBuilder(exchange.end().name());
    exchange
        .response()
        .ifPresent(response -> {
          text.append(' ').append(response.statusLine());
          response.header("location").forEach(to -> text.append(" location ").append(to));
        });
    for (Delivery delivery : exchange.deliveries()) {
      text.append("; at ")
          .append(delivery.stub())
          .append(' ')
          .append(delivery.requestLine())
          .append(' ')
          .append(delivery.headerLines());
    }
    return text.toString();
  }
}
