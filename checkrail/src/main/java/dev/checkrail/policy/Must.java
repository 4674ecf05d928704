package dev.checkrail.policy;

import dev.checkrail.source.Span;
import java.util.List;

/**
 * What is to be true of every request of a set, with nothing down. A request that can go several
 * ways (several servers, chance) fulfils it if each way does.
 */
public sealed interface Must {

  /** Whenever it is sent to a server, the server is in one of these pools. Answers fulfil it. */
  record Reach(List<Name> pools) implements Must {
    public Reach {
      pools = List.copyOf(pools);
    }
  }

  /** Whenever it is sent to a server, the server serves this service. Answers fulfil it. */
  record Serving(String service) implements Must {}

  /** The load balancer answers itself with one of these statuses; redirects are answers, too. */
  record Respond(List<Integer> statuses) implements Must {
    public Respond {
      statuses = List.copyOf(statuses);
    }
  }

  /** The load balancer redirects. */
  record Redirect() implements Must {}

  /** It is sent on to a server. */
  record Always() implements Must {}

  /** All of these. */
  record All(List<Must> of) implements Must {
    public All {
      of = List.copyOf(of);
    }
  }

  /**
   * Each way that it can go fails {@code what}. Of {@link Reach} and {@link Serving} only the
   * second half is negated: whenever it is sent to a server, the server is in none of the pools
   * (does not serve the service), and answers fulfil it. Of {@link All}: at least one of them is
   * not so.
   */
  record Not(Must what) implements Must {}

  /**
   * A name of the configuration and where the policy writes it; only its user knows if it exists.
   */
  record Name(String text, Span span) {}
}
