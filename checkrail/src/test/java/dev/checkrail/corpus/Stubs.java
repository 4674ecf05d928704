package dev.checkrail.corpus;

import java.util.Map;
import java.util.Optional;

/** The servers of the museum: who listens where, and what each answers. */
final class Stubs {
  private record Stub(String name, String kind) {}

  private static final Map<String, Stub> BY_ADDRESS =
      Map.ofEntries(
          Map.entry("127.0.0.1:19101", new Stub("pay-1", "pay")),
          Map.entry("127.0.0.1:19102", new Stub("pay-2", "pay")),
          Map.entry("127.0.0.1:19103", new Stub("pay-canary", "pay")),
          Map.entry("127.0.0.1:19104", new Stub("pay-dr", "pay")),
          Map.entry("127.0.0.1:19105", new Stub("pay-broken", "broken")),
          Map.entry("127.0.0.1:19106", new Stub("pay-slow", "pay")),
          Map.entry("127.0.9.1:19101", new Stub("pay-staging", "pay")),
          Map.entry("127.0.0.1:19107", new Stub("pay-500", "broken")),
          Map.entry("127.0.0.1:19108", new Stub("pay-500b", "broken")),
          Map.entry("127.0.0.1:19111", new Stub("web-1", "web")),
          Map.entry("127.0.0.1:19112", new Stub("web-2", "web")),
          Map.entry("127.0.0.1:19121", new Stub("adm-1", "admin")),
          Map.entry("127.0.0.1:19131", new Stub("maint", "maint")),
          Map.entry("127.0.0.1:19141", new Stub("legacy-1", "web")),
          Map.entry("127.0.0.1:19151", new Stub("payouts-1", "payouts")),
          Map.entry("127.0.0.1:19161", new Stub("web-unready", "maint")));

  private Stubs() {}

  /** Who listens at an address; empty if nobody does. */
  static Optional<String> name(String address) {
    return Optional.ofNullable(BY_ADDRESS.get(address)).map(Stub::name);
  }

  /** What it answers to a request for a path; 503 is HAProxy's if nobody listens. */
  static int status(String address, String path) {
    Stub stub = BY_ADDRESS.get(address);
    if (stub == null) {
      return 503;
    }
    boolean payment = under(path, "/v1/payments") || under(path, "/v1/refunds");
    boolean payout = path.startsWith("/v1/payouts");
    return switch (stub.kind()) {
      case "pay" -> payment ? 200 : 404;
      case "payouts" -> payout ? 200 : 404;
      case "web" -> payment || payout ? 404 : 200;
      case "admin" -> 200;
      case "broken" -> 500;
      default -> 503;
    };
  }

  private static boolean under(String path, String start) {
    return path.equals(start) || path.startsWith(start + "/");
  }
}
