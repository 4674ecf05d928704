package dev.checkrail.rehearse;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Mode;
import dev.checkrail.rehearse.Agreement.Result;
import dev.checkrail.rehearse.agent.Delivery;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.Exchange.End;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds what the model says of a request against what the real binary did with it. */
final class Compare {
  private Compare() {}

  /**
   * Whether the binary did one of the things that the model allows.
   *
   * @param persistent names of pools with cookie persistence
   */
  static Result of(
      Request request, Frontend frontend, Set<String> persistent, Outcome model, Exchange binary) {
    return switch (model) {
      case Outcome.Undecided undecided -> Result.UNDECIDED;
      case Outcome.Splits splits -> splits(request, frontend, persistent, splits, binary);
      case Outcome.Reaches reaches ->
          agreed(reaches(request, frontend, persistent, reaches, binary));
      case Outcome.Responds responds ->
          agreed(binary.deliveries().isEmpty() && binary.status() == responds.status());
      case Outcome.Redirects redirects ->
          agreed(
              binary.deliveries().isEmpty()
                  && binary.status() == redirects.status()
                  && binary
                      .response()
                      .orElseThrow()
                      .header("location")
                      .equals(List.of(redirects.location().strip())));
      case Outcome.Drops drops ->
          agreed(
              binary.deliveries().isEmpty()
                  && (binary.end() == End.CLOSED || binary.end() == End.TIMED_OUT));
    };
  }

  private static Result agreed(boolean same) {
    return same ? Result.AGREED : Result.DISAGREED;
  }

  private static Result splits(
      Request request,
      Frontend frontend,
      Set<String> persistent,
      Outcome.Splits splits,
      Exchange binary) {
    Result best = Result.DISAGREED;
    for (Outcome.Part part : splits.of()) {
      Result one = of(request, frontend, persistent, part.outcome(), binary);
      if (one == Result.AGREED) {
        return one;
      }
      best = one == Result.UNDECIDED ? one : best;
    }
    return best;
  }

  private static boolean reaches(
      Request request,
      Frontend frontend,
      Set<String> persistent,
      Outcome.Reaches model,
      Exchange binary) {
    if (binary.end() != End.ANSWERED || binary.deliveries().size() != 1) {
      return false;
    }
    Delivery delivery = binary.deliveries().getFirst();
    boolean server =
        model.servers().stream()
            .anyMatch(
                share -> share.share() > 0 && share.address().equals(delivery.stub().toString()));
    if (!server || frontend.mode() == Mode.TCP) {
      return server;
    }
    return (model.path().equals(Optional.of(Outcome.NOT_KNOWN))
            || delivery.target().equals(model.path().orElse(request.sentTarget())))
        && headers(request, persistent.contains(model.pool()), model, delivery);
  }

  /**
   * Cookie persistence takes its own cookie out of the Cookie header; the model leaves that header
   * alone, so it is not compared there.
   */
  private static boolean headers(
      Request request, boolean persistent, Outcome.Reaches model, Delivery delivery) {
    for (Map.Entry<String, Optional<String>> header : model.headers().entrySet()) {
      List<String> received = delivery.header(header.getKey());
      Optional<String> joined =
          received.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", received));
      if (!header.getValue().equals(Optional.of(Outcome.NOT_KNOWN))
          && !joined.map(Compare::bare).equals(header.getValue().map(Compare::bare))) {
        return false;
      }
    }
    for (String name : request.headers().keySet()) {
      boolean touched = model.headers().keySet().stream().anyMatch(name::equalsIgnoreCase);
      if (!touched
          && !(persistent && name.equalsIgnoreCase("cookie"))
          && !delivery
              .header(name)
              .equals(request.lines(name).stream().map(String::strip).toList())) {
        return false;
      }
    }
    return true;
  }

  /** Lines joined by commas, without the white space that trimming of lines takes or leaves. */
  private static String bare(String joined) {
    return joined.replaceAll("[ \t]*,[ \t]*", ",").strip();
  }
}
