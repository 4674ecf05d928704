package dev.checkrail.rehearse.agent;

/**
 * A server that the sandbox plays. Its answer never depends on what it received, and what it
 * received is reported out of band ({@link Delivery}), so nothing of the traffic is altered.
 *
 * @param at where it listens; the configuration itself must not bind the same address and port
 *     (then {@code start} says so)
 * @param protocol how far it understands what comes
 * @param behaviour what it does
 */
public record Stub(Endpoint at, Protocol protocol, Behaviour behaviour) {
  /** How a stub reads. */
  public enum Protocol {
    /** HTTP/1.x requests, kept-alive. */
    HTTP,
    /** Any bytes: what came first is recorded and answered once; a TLS hello is just bytes. */
    TCP
  }

  /** An HTTP server that answers 200 at once. */
  public static Stub http(String address, int port) {
    return new Stub(new Endpoint(address, port), Protocol.HTTP, Behaviour.OK);
  }

  /** A TCP server that answers one line and closes. */
  public static Stub tcp(String address, int port) {
    return new Stub(new Endpoint(address, port), Protocol.TCP, Behaviour.OK);
  }

  /** The same server behaving otherwise. */
  public Stub behaving(Behaviour other) {
    return new Stub(at, protocol, other);
  }
}
