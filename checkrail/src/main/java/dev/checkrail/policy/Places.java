package dev.checkrail.policy;

import dev.checkrail.source.Span;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells apart what a policy says from where in its file it says so. */
final class Places {
  private Places() {}

  /** Whether both say the same, wherever they stand. */
  static boolean same(Object one, Object other) {
    return without(one).equals(without(other));
  }

  /** What is said: values without their {@link Span}s, as lists and maps. */
  private static Object without(Object value) {
    return switch (value) {
      case Record record -> {
        List<Object> parts = new ArrayList<>();
        parts.add(record.getClass().getName());
        for (RecordComponent part : record.getClass().getRecordComponents()) {
          if (part.getType() != Span.class) {
            parts.add(without(of(record, part)));
          }
        }
        yield parts;
      }
      case List<?> list -> list.stream().map(Places::without).toList();
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, one) -> copy.put(key, without(one)));
        yield copy;
      }
      case Optional<?> maybe -> maybe.map(Places::without);
      default -> value;
    };
  }

  private static Object of(Record record, RecordComponent part) {
    try {
      return part.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record of this room can be read", e);
    }
  }
}
