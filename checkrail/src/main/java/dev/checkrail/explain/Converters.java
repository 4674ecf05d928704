package dev.checkrail.explain;

import dev.checkrail.model.Converter;
import dev.checkrail.model.Converter.Operator;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What each converter does with one value. Empty: no value. */
final class Converters {
  private final Regexes regexes;
  private final Maps maps;

  Converters(Regexes regexes) {
    this.regexes = regexes;
    this.maps = new Maps(regexes);
  }

  Optional<Value> apply(List<Converter> converters, Value value) {
    Optional<Value> result = Optional.of(value);
    for (Converter converter : converters) {
      if (result.isEmpty()) {
        return result;
      }
      result = apply(converter, result.get());
    }
    return result;
  }

  Optional<Value> apply(Converter converter, Value value) {
    if (value instanceof Value.Unknown) {
      return Optional.of(value);
    }
    if (value instanceof Value.Chance chance) {
      List<Converter> longer = new ArrayList<>(chance.then());
      longer.add(converter);
      return Optional.of(new Value.Chance(chance.draw(), longer));
    }
    return switch (converter) {
      case Converter.Lower lower -> text(value, Converters::lower);
      case Converter.Upper upper -> text(value, Converters::upper);
      case Converter.Field field -> onText(value, text -> field(field, text));
      case Converter.Word word -> text(value, text -> word(word, text));
      case Converter.Substitute substitute -> onText(value, text -> substitute(substitute, text));
      case Converter.Map map -> maps.look(map.table(), map.otherwise(), value);
      case Converter.UrlDecode decode -> onText(value, text -> decode(text, decode.inForm()));
      case Converter.HostOnly host -> text(value, Converters::hostOnly);
      case Converter.PortOnly port -> onText(value, Converters::portOnly);
      case Converter.Length length -> onText(value, t -> number(t.length()));
      case Converter.Bytes bytes -> bytes(bytes, value);
      case Converter.NetworkMask mask -> Casts.address(value).flatMap(ip -> mask(mask, ip));
      case Converter.Choose choose ->
          Casts.number(value)
              .map(n -> new Value.Text(n != 0 ? choose.whenTrue() : choose.whenFalse()));
      case Converter.Negate negate -> Casts.number(value).map(n -> new Value.Flag(n == 0));
      case Converter.NonZero nonZero -> Casts.number(value).map(n -> new Value.Flag(n != 0));
      case Converter.Arithmetic arithmetic ->
          Casts.number(value)
              .map(n -> new Value.Number(compute(n, arithmetic.operator(), arithmetic.operand())));
      case Converter.Trim trim -> text(value, text -> trim(trim, text));
      case Converter.ToNumber cast ->
          switch (value) {
            case Value.Flag flag -> Optional.of(flag);
            case Value other -> Casts.number(other).map(Value.Number::new);
          };
      case Converter.ToAddress cast ->
          switch (value) {
            case Value.Text text when cast.withPort() ->
                Casts.addressWithPort(text.bytes()).map(Value.Address::new);
            case Value other -> Casts.address(other).map(Value.Address::new);
          };
      case Converter.ToText cast -> Casts.text(value).map(Value.Text::new);
      case Converter.Unknown unknown -> unknown(unknown.text() + ": " + unknown.reason());
    };
  }

  private static Optional<Value> unknown(String why) {
    return Optional.of(new Value.Unknown(why));
  }

  private static Optional<Value> number(long n) {
    return Optional.of(new Value.Number(n));
  }

  private static Optional<Value> text(Value value, UnaryOperator<String> function) {
    return Casts.text(value).map(text -> new Value.Text(function.apply(text)));
  }

  /** A function from text that can fail. */
  private interface TextFunction {
    Optional<Value> apply(String text);
  }

  private static Optional<Value> onText(Value value, TextFunction function) {
    return Casts.text(value).flatMap(function::apply);
  }

  /** ASCII letters only. */
  static String lower(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        out.setCharAt(i, (char) (c + 32));
      }
    }
    return out.toString();
  }

  private static String upper(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 'a' && c <= 'z') {
        out.setCharAt(i, (char) (c - 32));
      }
    }
    return out.toString();
  }

  private static Optional<Value> field(Converter.Field field, String text) {
    List<Integer> starts = new ArrayList<>(List.of(0));
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < text.length(); i++) {
      if (field.delimiters().indexOf(text.charAt(i)) >= 0) {
        ends.add(i);
        starts.add(i + 1);
      }
    }
    ends.add(text.length());
    int fields = starts.size();
    if (field.index() == 0 || Math.abs((long) field.index()) > fields) {
      return Optional.empty();
    }
    // From the end the count goes to the left.
    int near = field.index() > 0 ? field.index() - 1 : fields + field.index();
    boolean all = field.count() <= 0;
    int far =
        field.index() > 0
            ? (int) Math.min(fields - 1L, all ? fields : near + (long) field.count() - 1)
            : (int) Math.max(0L, all ? 0 : near - (long) field.count() + 1);
    return Optional.of(
        new Value.Text(
            text.substring(starts.get(Math.min(near, far)), ends.get(Math.max(near, far)))));
  }

  /** Unlike {@code field}, a missing word is the empty text. */
  private static String word(Converter.Word word, String text) {
    List<Integer> starts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < text.length(); i++) {
      boolean in = word.delimiters().indexOf(text.charAt(i)) < 0;
      if (in && starts.size() == ends.size()) {
        starts.add(i);
      } else if (!in && starts.size() > ends.size()) {
        ends.add(i);
      }
    }
    if (starts.size() > ends.size()) {
      ends.add(text.length());
    }
    int words = starts.size();
    if (word.index() == 0 || Math.abs((long) word.index()) > words) {
      return "";
    }
    int near = word.index() > 0 ? word.index() - 1 : words + word.index();
    boolean all = word.count() <= 0;
    if (word.index() > 0) {
      long far = near + (long) word.count() - 1;
      return text.substring(
          starts.get(near), all || far >= words ? text.length() : ends.get((int) far));
    }
    long far = near - (long) word.count() + 1;
    return text.substring(all || far < 0 ? 0 : starts.get((int) far), ends.get(near));
  }

  /**
   * Each round searches what is left as a text of its own, in which {@code ^} does not match after
   * the first round. An empty match at its start is put before the next byte.
   */
  private Optional<Value> substitute(Converter.Substitute substitute, String text) {
    StringBuilder out = new StringBuilder();
    String rest = text;
    for (boolean first = true; ; first = false) {
      Regexes.Search search =
          first || substitute.all()
              ? regexes.search(substitute.regex(), substitute.ignoreCase(), rest, !first)
              : new Regexes.Search.Nothing();
      switch (search) {
        case Regexes.Search.Unknown u -> {
          return unknown(u.why());
        }
        case Regexes.Search.Nothing nothing -> {
          return Optional.of(new Value.Text(out.append(rest).toString()));
        }
        case Regexes.Search.Found found -> {
          Optional<String> replacement = Regexes.expand(substitute.replacement(), found);
          if (replacement.isEmpty() || out.length() > Message.FITS) {
            return unknown("a substitution that HAProxy cannot make");
          }
          out.append(rest, 0, found.start()).append(replacement.get());
          if (rest.isEmpty()) {
            return Optional.of(new Value.Text(out.toString()));
          }
          int next = found.end();
          if (next == 0) {
            out.append(rest.charAt(0));
            next = 1;
          }
          rest = rest.substring(next);
        }
      }
    }
  }

  private static Optional<Value> decode(String text, boolean inForm) {
    StringBuilder out = new StringBuilder();
    boolean form = inForm;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 1 < text.length() ? hex(text.charAt(i + 1)) : -1;
        int low = i + 2 < text.length() ? hex(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        if (high == 0 && low == 0) {
          return unknown("a zero byte in a decoded text");
        }
        out.append((char) (high << 4 | low));
        i += 2;
      } else {
        form |= c == '?';
        out.append(c == '+' && form ? ' ' : c);
      }
    }
    return Optional.of(new Value.Text(out.toString()));
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private static int portColon(String text) {
    int at = Math.max(text.lastIndexOf(':'), text.lastIndexOf(']'));
    return at >= 0 && text.charAt(at) == ':' ? at : -1;
  }

  private static String hostOnly(String text) {
    int colon = portColon(text);
    return lower(colon < 0 ? text : text.substring(0, colon));
  }

  /** Not checked to be digits: 32 bit arithmetic on bytes. */
  private static Optional<Value> portOnly(String text) {
    int colon = portColon(text);
    int port = 0;
    if (colon >= 0) {
      for (int i = colon + 1; i < text.length(); i++) {
        port = port * 10 - '0' + text.charAt(i);
      }
    }
    return number(Integer.toUnsignedLong(port));
  }

  private static Optional<Value> bytes(Converter.Bytes bytes, Value value) {
    if (!(value instanceof Value.Text text)) {
      return unknown("bytes of a number or address");
    }
    int start = Math.min(bytes.offset(), text.bytes().length());
    int left = text.bytes().length() - start;
    int length = bytes.length() < 0 ? left : Math.min(bytes.length(), left);
    return Optional.of(new Value.Text(text.bytes().substring(start, start + length)));
  }

  private static Optional<Value> mask(Converter.NetworkMask mask, Ip ip) {
    boolean mapped = ip.six() && ip.equals(Ip.four(ip.low()).mapped());
    Ip plain = mapped ? Ip.four(ip.low()) : ip;
    if (plain.six() && mask.prefix6() < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Value.Address(plain.masked(plain.six() ? mask.prefix6() : mask.prefix4())));
  }

  private static String trim(Converter.Trim trim, String text) {
    int start = 0;
    int end = text.length();
    if (trim.left()) {
      while (start < end && trim.characters().indexOf(text.charAt(start)) >= 0) {
        start++;
      }
    } else {
      while (end > start && trim.characters().indexOf(text.charAt(end - 1)) >= 0) {
        end--;
      }
    }
    return text.substring(start, end);
  }

  private static long compute(long left, Operator operator, long right) {
    BigInteger a = BigInteger.valueOf(left);
    BigInteger b = BigInteger.valueOf(right);
    return switch (operator) {
      case ADD -> add(left, right);
      case SUBTRACT -> right == Long.MIN_VALUE ? Casts.saturate(a.subtract(b)) : add(left, -right);
      case MULTIPLY -> Casts.saturate(a.multiply(b));
      case DIVIDE -> right == 0 ? Long.MAX_VALUE : Casts.saturate(a.divide(b));
      case MODULO -> right == 0 ? 0 : a.remainder(b).longValueExact();
    };
  }

  /**
   * HAProxy's overflow check is wrong for two negative numbers: their sum is the largest number,
   * unless it is too small to be held.
   */
  private static long add(long a, long b) {
    BigInteger sum = BigInteger.valueOf(a).add(BigInteger.valueOf(b));
    boolean held = sum.equals(BigInteger.valueOf(a + b));
    return a < 0 && b < 0 && held ? Long.MAX_VALUE : Casts.saturate(sum);
  }
}
