package dev.checkrail.read.haproxy.lower;

/**
 * Result types of what is not modelled, where they matter for casts: numbers and flags that are
 * compared as such. For all others the type is open.
 */
final class FetchTypes {
  private FetchTypes() {}

  static Type of(String fetch) {
    return Type.ANY;
  }

  static Type ofConverter(String converter) {
    return switch (converter) {
      case "base64", "hex", "json", "url_enc", "concat", "capture-req", "language" -> Type.TEXT;
      case String other -> Type.ANY;
    };
  }
}
