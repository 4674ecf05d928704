package dev.checkrail.corpus;

import java.util.Map;
import java.util.Optional;

/** Regression tests in which something other than the configuration decides, with the reason. */
final class StateChanges {
  private static final Map<String, String> TESTS =
      Map.of(
          "connection/proxy_protocol_tlv_validation.vtc",
          "the PROXY header of the client is not in the corpus",
          "http-rules/strict_rw_mode.vtc",
          "a body that fills the buffer decides",
          "server/cli_add_server.vtc",
          "servers are added while it runs",
          "server/cli_add_ssl_server.vtc",
          "servers are added while it runs",
          "server/cli_delete_dynamic_server.vtc",
          "servers are added and removed while it runs");

  private StateChanges() {}

  static Optional<String> of(String test) {
    return Optional.ofNullable(TESTS.get(test.substring(test.indexOf('/') + 1)));
  }
}
