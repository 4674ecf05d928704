package dev.checkrail.serve;

import dev.checkrail.serve.access.Right;
import java.util.Optional;

/**
 * One operation of the API.
 *
 * @param method {@code GET}, {@code POST} …
 * @param path with parameters in braces, as in {@code /openapi.yaml}
 * @param open whether it is answered without a token
 * @param right what the caller must be allowed to do; empty: a valid token is enough
 */
record Endpoint(String method, String path, boolean open, Optional<Right> right, Work work) {

  /** What it does. */
  @FunctionalInterface
  interface Work {
    Reply of(Call call) throws Exception;
  }

  static Endpoint open(String method, String path, Work work) {
    return new Endpoint(method, path, true, Optional.empty(), work);
  }

  static Endpoint known(String method, String path, Work work) {
    return new Endpoint(method, path, false, Optional.empty(), work);
  }

  static Endpoint needs(Right right, String method, String path, Work work) {
    return new Endpoint(method, path, false, Optional.of(right), work);
  }
}
