package dev.checkrail.balancer;

/** A server as the running load balancer names it: {@code be_pay/pay-1}. */
public record ServerName(String pool, String server) {
  @Override
  public String toString() {
    return pool + "/" + server;
  }

  /**
   * Reads {@code pool/server}.
   *
   * @throws IllegalArgumentException if it is not of this form
   */
  public static ServerName of(String text) {
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1) {
      throw new IllegalArgumentException("'" + text + "' is not of the form pool/server");
    }
    return new ServerName(text.substring(0, slash), text.substring(slash + 1));
  }
}
