package dev.checkrail.logs;

/**
 * Which requests are our own. They are told by the connection on which they came: what a request
 * says of itself, anybody can say.
 */
@FunctionalInterface
public interface OwnRequests {
  /** None are. */
  OwnRequests NONE = (client, port) -> false;

  /**
   * Whether a connection from this address was ours. It is asked once for each line, and says yes
   * once for each connection.
   *
   * @param client address as HAProxy logs it
   */
  boolean own(String client, int port);
}
