package dev.checkrail.explain;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import java.util.List;

/** Which listener gets a request. */
public sealed interface ListenerChoice {

  /**
   * This one.
   *
   * @param address the address that the client connects to: the listener's own, or a concrete one
   *     if it listens to all; {@code *} or {@code ::} if that is not known
   */
  record Chosen(Frontend frontend, Listener listener, String address) implements ListenerChoice {}

  /**
   * None, or more than one.
   *
   * @param message one sentence that says what was looked for
   * @param known keys of all listeners
   */
  record Unclear(String message, List<String> known) implements ListenerChoice {
    public Unclear {
      known = List.copyOf(known);
    }
  }
}
