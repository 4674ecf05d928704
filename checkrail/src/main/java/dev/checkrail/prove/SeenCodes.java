package dev.checkrail.prove;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns what is known of a request into the codes that the diagrams ask for.
 *
 * <p>Hosts, methods, headers and addresses come again and again, and those whose case is lost cost
 * most: their codes are remembered, up to a limit. Confined to one thread.
 */
final class SeenCodes {
  private static final int REMEMBERED = 8_192;

  /**
   * What is known of all requests at some listeners.
   *
   * @param addressesChange whether a rule sets the client's address, which a log has as it is after
   *     that
   * @param tls whether TLS may end there
   * @param http whether all of them speak HTTP
   * @param wholeTarget whether a rule looks at more of a target than path and query
   */
  record Manner(boolean addressesChange, boolean tls, boolean http, boolean wholeTarget) {
    Manner and(Manner other) {
      return new Manner(
          addressesChange || other.addressesChange,
          tls || other.tls,
          http && other.http,
          wholeTarget || other.wholeTarget);
    }
  }

  private final Manner manner;
  private final Map<Axis, Map<Known, int[]>> words = new IdentityHashMap<>();
  private final Map<Axis, Map<String, int[]>> addresses = new IdentityHashMap<>();

  SeenCodes(Manner manner) {
    this.manner = manner;
  }


  /** Says all that is known of a field. */
  void known(Axis axis, Seen seen, Codes codes) {
    Field field = axis.field();
    switch (field.kind()) {
      case METHOD -> again(axis, seen.method(), codes);
      case PATH -> one(axis, path(seen.path()), codes);
      case QUERY -> one(axis, isHidden(seen.path()) ? new Known.Nothing() : seen.query(), codes);
      case VERSION -> again(axis, seen.version(), codes);
      case HOST -> again(axis, seen.host(), codes);
      case HEADER -> again(axis, headerOf(seen, field), codes);
      case HEADER_LIST -> list(axis, headerOf(seen, field), codes);
      case SOURCE -> {
        if (manner.addressesChange() || seen.client().isEmpty()) {
          codes.open(axis);
        } else {
          address(axis, seen.client().get(), codes);
        }
      }
      case SERVER_NAME -> {
        if (!manner.tls()) {
          one(axis, new Known.Absent(), codes);
        } else {
          codes.open(axis);
        }
      }
      case GREETING -> {
        if (manner.http()) {
          one(axis, new Known.Absent(), codes);
        } else {
          codes.open(axis);
        }
      }
      case SOURCE_PORT, DESTINATION, CHANCE -> codes.open(axis);
    }
  }

  private boolean isHidden(Known path) {
    return path instanceof Known.Exactly one
        && isAbsolute(one.text())
        && manner.wholeTarget();
  }

  private Known path(Known path) {
    if (!(path instanceof Known.Exactly one) || !isAbsolute(one.text())) {
      return path;
    }
    int slash = one.text().indexOf('/', one.text().indexOf("://") + 3);
    return isHidden(path)
        ? new Known.Nothing()
        : slash < 0 ? new Known.Absent() : new Known.Exactly(one.text().substring(slash));
  }

  private static boolean isAbsolute(String target) {
    return !target.startsWith("/") && target.indexOf("://") > 0;
  }

  private static Known headerOf(Seen seen, Field field) {
    return field.name().equals("host")
        ? seen.host()
        : seen.headers().getOrDefault(field.name(), new Known.Nothing());
  }

  /** A field of few values, or of values that come again. */
  private void again(Axis axis, Known known, Codes codes) {
    if (!(axis instanceof Axis.Single single)) {
      one(axis, known, codes);
      return;
    }
    Map<Known, int[]> before = words.computeIfAbsent(axis, a -> new HashMap<>());
    int[] found = before.get(known);
    if (found == null) {
      if (axis.field().isHeader()) {
        header(axis, known, codes);
      } else {
        one(axis, known, codes);
      }
      if (before.size() == REMEMBERED) {
        before.clear();
      }
      before.put(known, codes.of(single.encoding().number()));
    } else {
      codes.put(single.encoding(), found);
    }
  }

  private void address(Axis axis, String text, Codes codes) {
    if (!(axis instanceof Axis.Single single)) {
      codes.open(axis);
      return;
    }
    Map<String, int[]> before = addresses.computeIfAbsent(axis, a -> new HashMap<>());
    int[] found = before.get(text);
    if (found == null) {
      Optional<Integer> atom =
          Addresses.parse(text).map(Value.Address::new).flatMap(single::atomOf);
      found = atom.map(Codes::one).orElse(new int[0]);
      if (before.size() == REMEMBERED) {
        before.clear();
      }
      before.put(text, found);
    }
    codes.put(single.encoding(), found);
  }

  private static void some(Axis axis, Set<Integer> atoms, Codes codes) {
    int[] some = Codes.some(atoms);
    axis.encodings().forEach(encoding -> codes.put(encoding, some));
  }

  private static void one(Axis axis, Known known, Codes codes) {
    switch (known) {
      case Known.Exactly exactly -> exactly(axis, exactly.text(), codes);
      case Known.Absent absent -> exactly(axis, Field.ABSENT, codes);
      case Known.AnyCase any -> some(axis, anyCase(axis, any.text()), codes);
      case Known.Pieces pieces -> some(axis, around(axis, pieces.pieces()), codes);
      // Only headers have lines.
      case Known.LastLine last -> codes.open(axis);
      case Known.Nothing nothing -> codes.open(axis);
    }
  }

  private static void header(Axis axis, Known known, Codes codes) {
    switch (known) {
      case Known.Exactly exactly ->
          exactly(axis, isPlain(axis, exactly.text()) ? exactly.text() : Field.LISTED, codes);
      case Known.Absent absent -> exactly(axis, Field.ABSENT, codes);
      case Known.AnyCase any -> {
        if (isPlain(axis, any.text())) {
          some(axis, anyCase(axis, any.text()), codes);
        } else {
          exactly(axis, Field.LISTED, codes);
        }
      }
      case Known.Pieces pieces -> codes.open(axis);
      case Known.LastLine last -> {
        Set<Integer> some = new TreeSet<>();
        atom(axis, Field.LISTED).ifPresent(some::add);
        if (isPlain(axis, last.text())) {
          atom(axis, last.text()).ifPresent(some::add);
        }
        if (last.text().isEmpty()) {
          atom(axis, Field.ABSENT).ifPresent(some::add);
        }
        some(axis, some, codes);
      }
      case Known.Nothing nothing -> codes.open(axis);
    }
  }

  private static void list(Axis axis, Known known, Codes codes) {
    switch (known) {
      case Known.Exactly exactly -> {
        if (isPlain(axis, exactly.text())) {
          codes.none(axis);
        } else {
          exactly(axis, exactly.text(), codes);
        }
      }
      case Known.AnyCase any -> {
        if (isPlain(axis, any.text())) {
          codes.none(axis);
        } else {
          codes.open(axis);
        }
      }
      case Known.Absent absent -> codes.none(axis);
      case Known.Pieces pieces -> codes.open(axis);
      case Known.LastLine last -> {
        codes.open(axis);
        if (axis instanceof Elements elements && isBytes(last.text())) {
          elements.codesEndingWith(last.text()).ifPresent(codes::putAll);
        }
      }
      case Known.Nothing nothing -> codes.open(axis);
    }
  }

  private static boolean isPlain(Axis axis, String text) {
    return isBytes(text) && Axis.Words.plain(axis.field().name()).contains(text);
  }

  private static void exactly(Axis axis, String text, Codes codes) {
    if (!isBytes(text)) {
      codes.open(axis);
    } else if (axis instanceof Axis.Words fast) {
      int atom = fast.find(text);
      if (atom < 0) {
        codes.open(axis);
      } else {
        codes.put(fast.encoding(), Codes.one(atom));
      }
    } else {
      axis.codes(new Value.Text(text)).ifPresentOrElse(codes::putAll, () -> codes.open(axis));
    }
  }

  private static Optional<Integer> atom(Axis axis, String text) {
    return axis instanceof Axis.Single single && isBytes(text)
        ? single.atomOf(new Value.Text(text))
        : Optional.empty();
  }

  private static Set<Integer> anyCase(Axis axis, String text) {
    return axis instanceof Axis.Words words && isBytes(text)
        ? words.atomsOfAnyCase(text)
        : Set.of();
  }

  private static Set<Integer> around(Axis axis, List<String> pieces) {
    return axis instanceof Axis.Words words && pieces.stream().allMatch(SeenCodes::isBytes)
        ? words.atomsAround(pieces)
        : Set.of();
  }

  private static boolean isBytes(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xff) {
        return false;
      }
    }
    return true;
  }
}
