package dev.checkrail.prove;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import java.util.List;
import java.util.Optional;

/** What one rule makes of the requests that it decides. */
sealed interface Ending {

  /**
   * The proxy answers.
   *
   * @param body identity of the body
   * @param pool the pool without usable server, if that is why
   */
  record Answer(int status, Optional<String> body, Optional<String> pool) implements Ending {}

  /** The connection is closed without an answer. */
  record Closed(Optional<String> pool) implements Ending {}

  /** The proxy redirects. */
  record Redirected(int status, Term location) implements Ending {}

  /** On to the rules of a pool. */
  record ToPool(Pool pool) implements Ending {}

  /**
   * To a server of a pool.
   *
   * @param servers who can get it
   * @param shares their nominal parts
   * @param unsure what could change the choice and is not modelled
   */
  record ToServers(
      Pool pool, List<Server> servers, List<Double> shares, boolean varies, Optional<Blame> unsure)
      implements Ending {
    public ToServers {
      servers = List.copyOf(servers);
      shares = List.copyOf(shares);
    }
  }

  /** Something that is not modelled decides. */
  record Unclear(Blame blame) implements Ending {}
}
