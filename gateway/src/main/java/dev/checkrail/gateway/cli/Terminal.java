package dev.checkrail.gateway.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes.
 *
 * @param out the answer, for people or programs; flushed at each line
 * @param err progress and complaints
 */
record Terminal(PrintWriter out, PrintWriter err) {
  private static final int COULD_NOT_RUN = 2;

  static Terminal standard() {
    return new Terminal(
        new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true),
        new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true));
  }

  /** Says why a command could not run; its exit status. */
  int refuse(String why) {
    err.println("payment-gateway: " + why);
    return COULD_NOT_RUN;
  }
}
