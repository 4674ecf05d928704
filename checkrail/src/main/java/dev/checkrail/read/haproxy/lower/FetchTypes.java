package dev.checkrail.read.haproxy.lower;

import dev.checkrail.read.haproxy.Registry;

/** Result types of what the model does not know, from HAProxy's own listing. */
final class FetchTypes {
  private FetchTypes() {}

  static Type of(String fetch) {
    return Registry.haproxy26().fetch(fetch).map(f -> type(f.type())).orElse(Type.ANY);
  }

  static Type ofConverter(String converter) {
    return Registry.haproxy26().converter(converter).map(c -> type(c.output())).orElse(Type.ANY);
  }

  private static Type type(Registry.Type type) {
    return switch (type) {
      case ANY -> Type.ANY;
      case BOOL -> Type.FLAG;
      case SINT -> Type.NUMBER;
      case ADDR, IPV4, IPV6 -> Type.ADDRESS;
      case STR -> Type.TEXT;
      case BIN -> Type.BINARY;
      case METH -> Type.METHOD;
    };
  }
}
