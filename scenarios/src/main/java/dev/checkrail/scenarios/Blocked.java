package dev.checkrail.scenarios;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Act 1 by itself, by {@code gate}: the outage's change is blocked, and a good one passes. */
final class Blocked {
  private static final List<String> EXPECTED =
      List.of("contract/incapable-server", "diff/undeclared-move");

  private final Product product;
  private final PrintStream out;
  private boolean blocked;
  private boolean passed;
  private double seconds;

  Blocked(Product product, PrintStream out) {
    this.product = product;
    this.out = out;
  }

  Blocked play() throws IOException, InterruptedException {
    out.println(
        """
        ACT 1  The change of 18 August 2024

        A load balancer (HAProxy) stands in front of a payment gateway. Payments for
        pay.example.com and pay-eu.example.com go to three payment servers; reports go to a
        reports server that cannot take a payment.

        Somebody adds one line, which sends a host of paying users to the reports server too:

            acl is_reports hdr(host) -i pay-eu.example.com

        It is correct syntax, and 'haproxy -c' accepts it. On that day it went live: the reports
        server broke down under the load, 40 % of paying users failed, and it took 90 minutes to
        find out why. Here is what Checkrail says before it goes live:\
        """);
    Product.Answer bad = product.gate("approved.cfg", "candidates/payments-to-reports.cfg");
    blocked = bad.status() == 1 && bad.rules().containsAll(EXPECTED);
    seconds = bad.seconds();
    out.println();
    if (blocked) {
      out.printf(
          Locale.ROOT,
          "The change is blocked, in %.1f seconds: payments would reach a server that does not"
              + " serve them.%n'acl/same-name-or' names the line. Each \"try\" line above is a"
              + " request that shows it.%n",
          seconds);
    } else {
      out.println("This is not what should have happened: the change had to be blocked.");
    }
    out.println();
    out.println("A correct change, a fourth payment server, announced with --moves payments:");
    Product.Answer good =
        product.gate("approved.cfg", "candidates/good-capacity.cfg", "--moves", "payments");
    passed = good.status() == 0;
    out.println();
    out.println(
        passed
            ? "It passes: every request still goes where it may go, proved for all requests."
            : "This is not what should have happened: the change had to pass.");
    return this;
  }

  boolean asExpected() {
    return blocked && passed;
  }

  double seconds() {
    return seconds;
  }

  /** The last line for machines; acts that are not played yet are null. */
  String json() {
    return String.format(
        Locale.ROOT,
        "{\"ok\":%b,\"act1\":{\"blocked\":%b,\"seconds\":%.1f},\"act2\":null}",
        asExpected(),
        blocked,
        seconds);
  }
}
