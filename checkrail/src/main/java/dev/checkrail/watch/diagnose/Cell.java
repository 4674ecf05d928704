package dev.checkrail.watch.diagnose;

/**
 * Requests that are counted together.
 *
 * @param service as the approved rules name it; {@code ?} where only the server is known
 * @param pool where they went; "" for none
 * @param server alike
 */
record Cell(String service, String pool, String server) implements Comparable<Cell> {
  static final String ANY = "?";

  /** The same server, whatever is asked. */
  boolean at(String otherPool, String otherServer) {
    return pool.equals(otherPool) && server.equals(otherServer);
  }

  @Override
  public int compareTo(Cell other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return service
        + " at "
        + (pool.isEmpty() ? "-" : pool)
        + "/"
        + (server.isEmpty() ? "-" : server);
  }
}
