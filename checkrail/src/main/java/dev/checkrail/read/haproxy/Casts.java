package dev.checkrail.read.haproxy;

import dev.checkrail.read.haproxy.Registry.Type;
import java.util.EnumSet;
import java.util.Set;

/** Which types of samples HAProxy turns into which others by itself (manual 7.3). */
final class Casts {
  private Casts() {}

  static boolean possible(Type from, Type to) {
    return to == Type.ANY || targets(from).contains(to);
  }

  private static Set<Type> targets(Type from) {
    return switch (from) {
      case ANY -> EnumSet.allOf(Type.class);
      case BOOL -> EnumSet.of(Type.BOOL, Type.SINT, Type.STR, Type.BIN);
      case SINT ->
          EnumSet.of(
              Type.BOOL, Type.SINT, Type.ADDR, Type.IPV4, Type.IPV6, Type.STR, Type.BIN);
      case ADDR -> EnumSet.noneOf(Type.class);
      case IPV4 ->
          EnumSet.of(Type.SINT, Type.ADDR, Type.IPV4, Type.IPV6, Type.STR, Type.BIN);
      case IPV6 -> EnumSet.of(Type.ADDR, Type.IPV4, Type.IPV6, Type.STR, Type.BIN);
      case STR -> EnumSet.allOf(Type.class);
      case BIN -> EnumSet.of(Type.STR, Type.BIN, Type.METH);
      case METH -> EnumSet.of(Type.STR, Type.BIN, Type.METH);
    };
  }
}
