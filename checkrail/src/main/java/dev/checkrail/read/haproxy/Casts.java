package dev.checkrail.read.haproxy;

import java.util.EnumSet;
import java.util.Set;

/** Which types of samples HAProxy turns into which others by itself (manual 7.3). */
final class Casts {
  private Casts() {}

  static boolean possible(Registry.Type from, Registry.Type to) {
    return to == Registry.Type.ANY || targets(from).contains(to);
  }

  private static Set<Registry.Type> targets(Registry.Type from) {
    return switch (from) {
      case ANY -> EnumSet.allOf(Registry.Type.class);
      case BOOL ->
          EnumSet.of(Registry.Type.BOOL, Registry.Type.SINT, Registry.Type.STR, Registry.Type.BIN);
      case SINT ->
          EnumSet.of(
              Registry.Type.BOOL,
              Registry.Type.SINT,
              Registry.Type.ADDR,
              Registry.Type.IPV4,
              Registry.Type.IPV6,
              Registry.Type.STR,
              Registry.Type.BIN);
      case ADDR -> EnumSet.noneOf(Registry.Type.class);
      case IPV4 ->
          EnumSet.of(
              Registry.Type.SINT,
              Registry.Type.ADDR,
              Registry.Type.IPV4,
              Registry.Type.IPV6,
              Registry.Type.STR,
              Registry.Type.BIN);
      case IPV6 ->
          EnumSet.of(
              Registry.Type.ADDR,
              Registry.Type.IPV4,
              Registry.Type.IPV6,
              Registry.Type.STR,
              Registry.Type.BIN);
      case STR -> EnumSet.allOf(Registry.Type.class);
      case BIN -> EnumSet.of(Registry.Type.STR, Registry.Type.BIN, Registry.Type.METH);
      case METH -> EnumSet.of(Registry.Type.STR, Registry.Type.BIN, Registry.Type.METH);
    };
  }
}
