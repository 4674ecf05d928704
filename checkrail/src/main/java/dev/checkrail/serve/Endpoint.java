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
 * @param form whether it takes a form of a browser; else JSON
 */
record Endpoint(
    String method, String path, boolean open, Optional<Right> right, boolean form, Work work) {

  /** What it does. */
  @FunctionalInterface
  interface Work {
    Reply of(Call call) throws Exception;
  }

  static Endpoint open(String method, String path, Work work) {
    return new Endpoint(method, path, true, Optional.empty(), false, work);
  }

  /** A page that a browser sends a form to. */
  static Endpoint form(String method, String path, Work work) {
    return new Endpoint(method, path, true, Optional.empty(), true, work);
  }

  static Endpoint known(String method, String path, Work work) {
    return new Endpoint(method, path, false, Optional.empty(), false, work);
  }

  static Endpoint needs(Right right, String method, String path, Work work) {
    return new Endpoint(method, path, false, Optional.of(right), false, work);
  }
}
