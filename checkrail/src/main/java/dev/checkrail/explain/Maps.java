package dev.checkrail.explain;

import dev.checkrail.model.MapTable;
import java.util.Optional;

/** Look-ups in map files. The default is for values that no entry holds, not for missing ones. */
final class Maps {
  private final Regexes regexes;

  Maps(Regexes regexes) {
    this.regexes = regexes;
  }

  Optional<Value> look(MapTable table, Optional<String> otherwise, Value value) {
    return switch (table.kind()) {
      case NUMBER ->
          Casts.number(value)
              .flatMap(n -> answer(table, otherwise, first(table, key -> holds(key, n))));
      case ADDRESS ->
          Casts.address(value).flatMap(ip -> answer(table, otherwise, network(table, ip)));
      case PREFIX ->
          Casts.text(value).flatMap(text -> answer(table, otherwise, longest(table, text)));
      case REGEX -> Casts.text(value).flatMap(text -> regex(table, otherwise, text));
      case EXACT ->
          Casts.text(value).flatMap(text -> answer(table, otherwise, first(table, text::equals)));
      case SUFFIX ->
          Casts.text(value).flatMap(text -> answer(table, otherwise, first(table, text::endsWith)));
      case SUBSTRING ->
          Casts.text(value).flatMap(text -> answer(table, otherwise, first(table, text::contains)));
      case PATH_SEGMENT ->
          Casts.text(value)
              .flatMap(text ->
                  answer(
                      table,
                      otherwise,
                      first(table, key -> Matches.enclosed(text, key, "/?", false))));
      case DOMAIN ->
          Casts.text(value)
              .flatMap(text ->
                  answer(
                      table,
                      otherwise,
                      first(table, key -> Matches.enclosed(text, key, "/?.:", false))));
    };
  }

  private interface KeyTest {
    boolean holds(String key);
  }

  private static Optional<String> first(MapTable table, KeyTest test) {
    for (MapTable.Entry entry : table.entries()) {
      if (test.holds(entry.key())) {
        return Optional.of(entry.value());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> longest(MapTable table, String text) {
    int best = -1;
    Optional<String> found = Optional.empty();
    for (MapTable.Entry entry : table.entries()) {
      if (entry.key().length() > best && text.startsWith(entry.key())) {
        best = entry.key().length();
        found = Optional.of(entry.value());
      }
    }
    return found;
  }

  /** The longest network of the address's own kind; if there is none, of the other kind. */
  private static Optional<String> network(MapTable table, Ip ip) {
    Optional<String> own = network(table, ip, ip.six());
    if (own.isPresent()) {
      return own;
    }
    return ip.six()
        ? ip.embedded().flatMap(four -> network(table, four, false))
        : network(table, ip.mapped(), true);
  }

  private static Optional<String> network(MapTable table, Ip ip, boolean six) {
    int best = -1;
    Optional<String> found = Optional.empty();
    for (MapTable.Entry entry : table.entries()) {
      Optional<Network> network = Network.parse(entry.key());
      if (network.isPresent()
          && network.get().address().six() == six
          && network.get().prefix() > best
          && network.get().holds(ip)) {
        best = network.get().prefix();
        found = Optional.of(entry.value());
      }
    }
    return found;
  }

  private Optional<Value> regex(MapTable table, Optional<String> otherwise, String text) {
    for (MapTable.Entry entry : table.entries()) {
      switch (regexes.search(entry.key(), false, text, false)) {
        case Regexes.Search.Found found -> {
          return answer(table, otherwise, Optional.of(entry.value()));
        }
        case Regexes.Search.Nothing nothing -> {}
        case Regexes.Search.Unknown unknown -> {
          return Optional.of(new Value.Unknown(unknown.why()));
        }
      }
    }
    return answer(table, otherwise, Optional.empty());
  }

  private static Optional<Value> answer(
      MapTable table, Optional<String> otherwise, Optional<String> found) {
    Optional<String> text = found.isPresent() ? found : otherwise;
    return switch (table.valueType()) {
      case TEXT -> text.map(Value.Text::new);
      case NUMBER -> text.map(t -> new Value.Number(Casts.digits(t)));
      case ADDRESS -> text.flatMap(Ip::parse).map(Value.Address::new);
    };
  }

  /** A key of a number map: a number or a range; {@code -3} has no lower bound. */
  private static boolean holds(String key, long n) {
    int separator = -1;
    for (int i = 0; i < key.length() && separator < 0; i++) {
      separator = ":-".indexOf(key.charAt(i)) >= 0 ? i : -1;
    }
    if (separator < 0) {
      return n == Casts.digits(key);
    }
    String low = key.substring(0, separator);
    String high = key.substring(separator + 1);
    return (low.isEmpty() || Casts.digits(low) <= n) && (high.isEmpty() || n <= Casts.digits(high));
  }
}
