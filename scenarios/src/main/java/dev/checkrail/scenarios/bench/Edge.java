package dev.checkrail.scenarios.bench;

import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Edits of a configuration's text, by its lines. */
final class Edge {
  private Edge() {}

  /** Replaces in lines that begin (behind blanks) with something. */
  static String line(String text, String begins, UnaryOperator<String> change) {
    return text.lines()
            .map(it -> it.strip().startsWith(begins) ? change.apply(it) : it)
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  /** Puts a line behind the first one that begins with something. */
  static String after(String text, String begins, String line) {
    return beside(text, begins, line, false);
  }

  /** Puts a line before the first one that begins with something. */
  static String before(String text, String begins, String line) {
    return beside(text, begins, line, true);
  }

  private static String beside(String text, String begins, String line, boolean before) {
    StringBuilder all = new StringBuilder();
    boolean done = false;
    for (String one : text.lines().toList()) {
      boolean here = !done && one.strip().startsWith(begins);
      done |= here;
      all.append(here && before ? line + "\n" : "").append(one).append('\n');
      all.append(here && !before ? line + "\n" : "");
    }
    return all.toString();
  }

  /** Removes lines that begin with something. */
  static String without(String text, String begins) {
    return text.lines()
            .filter(it -> !it.strip().startsWith(begins))
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  /** What the bench has beside the topology's own configuration: hosts of tenants in a map. */
  static String base(String text) {
    String mapped =
        before(
            text,
            "http-request deny deny_status 421",
            "    # Hosts of tenants are listed in a map.\n"
                + "    http-request set-var(txn.pool)"
                + " hdr(host),host_only,lower,rtrim(.),map_str(tenants.map)\n"
                + "    acl is_tenant var(txn.pool) -m found");
    return before(
        line(mapped, "http-request deny deny_status 421", it -> it + " or is_tenant"),
        "default_backend",
        "    use_backend %[var(txn.pool)] if is_tenant");
  }

  /** Ten tenants. */
  static String tenants(String shopHost, String shopPool) {
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      map.append("t")
          .append(i)
          .append('.')
          .append(shopHost)
          .append(' ')
          .append(shopPool)
          .append('\n');
    }
    return map.toString();
  }
}
