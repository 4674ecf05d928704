package dev.checkrail.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What becomes of a request, with nothing down. */
public sealed interface Outcome {

  /**
   * Stands for a path or a header value that is sent on and not known, because a rule computes it
   * from something that is not modelled.
   */
  String NOT_KNOWN = "(not known)";

  /**
   * Stands for a path, a header value or a location that is not the same for all of many requests.
   */
  String VARIES = "(varies)";

  /**
   * It is sent to a server.
   *
   * @param servers who can get it, with nominal shares that add up to 1
   * @param varies whether a key of the request or the client's history decides, so that shares are
   *     nominal only
   * @param path path and query as sent on, where that differs from what the client sent
   * @param headers headers that were set (values joined by {@code ", "}) or removed (empty
   *     Optional) on the way, names in lower case, order of rules
   */
  record Reaches(
      String pool,
      List<Share> servers,
      boolean varies,
      Optional<String> path,
      Map<String, Optional<String>> headers)
      implements Outcome {
    public Reaches {
      servers = List.copyOf(servers);
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }
  }

  /**
   * A server's part.
   *
   * @param address {@code 127.0.0.1:9101}
   * @param share 0 to 1
   */
  record Share(String name, String address, double share) {}

  /**
   * The load balancer answers.
   *
   * @param pool the pool that had no usable server, if that is why
   * @param body identity of the body where the configuration gives one
   */
  record Responds(int status, Optional<String> pool, Optional<String> body) implements Outcome {}

  /** The load balancer redirects. */
  record Redirects(int status, String location) implements Outcome {}

  /** The connection is closed without an answer. */
  record Drops(Optional<String> pool) implements Outcome {}

  /** Chance decides ({@code rand}). */
  record Splits(List<Part> of) implements Outcome {
    public Splits {
      of = List.copyOf(of);
    }
  }

  /** One side of a split. */
  record Part(double share, Outcome outcome) {}

  /** It depends on something that is not modelled or not given. */
  record Undecided(String because) implements Outcome {}

  /**
   * How much of a request fares differently with another outcome: 0: it is served as before; 1: by
   * others, or otherwise. A fourth server beside three gets a quarter.
   */
  default double apart(Outcome other) {
    Map<String, Double> balance = new LinkedHashMap<>();
    weigh(1, balance);
    other.weigh(-1, balance);
    return balance.values().stream().mapToDouble(Math::abs).sum() / 2;
  }

  private void weigh(double share, Map<String, Double> into) {
    switch (this) {
      case Reaches reaches -> {
        String sent = "|" + reaches.path() + "|" + reaches.headers();
        reaches
            .servers()
            .forEach(it -> into.merge(it.address() + sent, share * it.share(), Double::sum));
      }
      case Splits splits -> splits.of().forEach(it -> it.outcome().weigh(share * it.share(), into));
      case Responds responds -> into.merge(responds.toString(), share, Double::sum);
      case Redirects redirects -> into.merge(redirects.toString(), share, Double::sum);
      case Drops drops -> into.merge(drops.toString(), share, Double::sum);
      case Undecided undecided -> into.merge(undecided.toString(), share, Double::sum);
    }
  }
}
