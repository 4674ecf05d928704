package dev.checkrail.read.haproxy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The ACLs that HAProxy declares itself (manual 7.4), by name; case counts.
 *
 * @param name as used in conditions
 * @param criterion the words that an {@code acl} line would have after the name
 */
public record PredefinedAcl(String name, List<String> criterion) {
  private static final Map<String, PredefinedAcl> ALL = table();

  public PredefinedAcl {
    criterion = List.copyOf(criterion);
  }

  /** The predefined ACL of a name. */
  public static Optional<PredefinedAcl> of(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** All of them, by name. */
  public static List<PredefinedAcl> all() {
    return List.copyOf(ALL.values());
  }

  private static Map<String, PredefinedAcl> table() {
    Map<String, PredefinedAcl> acls = new TreeMap<>();
    String[][] rows = {
      {"TRUE", "always_true"},
      {"FALSE", "always_false"},
      {"LOCALHOST", "src", "127.0.0.1/8", "::1"},
      {"HTTP", "req.proto_http"},
      {"HTTP_1.0", "req.ver", "1.0"},
      {"HTTP_1.1", "req.ver", "1.1"},
      {"HTTP_2.0", "req.ver", "2.0"},
      {"METH_CONNECT", "method", "CONNECT"},
      {"METH_DELETE", "method", "DELETE"},
      {"METH_GET", "method", "GET", "HEAD"},
      {"METH_HEAD", "method", "HEAD"},
      {"METH_OPTIONS", "method", "OPTIONS"},
      {"METH_POST", "method", "POST"},
      {"METH_PUT", "method", "PUT"},
      {"METH_TRACE", "method", "TRACE"},
      {"HTTP_URL_ABS", "url_reg", "^[^/:]*://"},
      {"HTTP_URL_SLASH", "url_beg", "/"},
      {"HTTP_URL_STAR", "url", "*"},
      {"HTTP_CONTENT", "req.hdr_val(content-length)", "gt", "0"},
      {"RDP_COOKIE", "req.rdp_cookie_cnt", "gt", "0"},
      {"REQ_CONTENT", "req.len", "gt", "0"},
      {"WAIT_END", "wait_end"},
    };
    for (String[] row : rows) {
      List<String> words = List.of(row);
      acls.put(row[0], new PredefinedAcl(row[0], words.subList(1, words.size())));
    }
    return acls;
  }
}
