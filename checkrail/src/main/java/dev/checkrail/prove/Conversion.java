package dev.checkrail.prove;

import dev.checkrail.model.Converter;
import dev.checkrail.model.MapTable;
import dev.checkrail.model.Match;
import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;
import dev.checkrail.prove.set.Slices;
import dev.checkrail.prove.set.Transducer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A converter of the configuration, both ways. */
record Conversion(Converter converter) implements Step {

  /** Whether a value may come in and none go out; the implicit casts of a match are not meant. */
  boolean mayHaveNoValue() {
    return converter instanceof Converter.Field
        || converter instanceof Converter.UrlDecode
        || converter instanceof Converter.NetworkMask
        || (converter instanceof Converter.Map map && map.otherwise().isEmpty());
  }

  private static final Language ALL = Language.all();
  private static final ByteSet PORT_MARKS = ByteSet.of(":]");
  private static final Language UNMARKED = Language.manyOf(PORT_MARKS.not());
  private static final Language NO_PORT =
      UNMARKED.union(Language.sequence(ALL, Language.exact("]"), UNMARKED));

  @Override
  public Values before(Values after) {
    return switch (converter) {
      case Converter.Lower lower ->
          new Values.Texts(Images.texts(after).language().beforeLowerCase());
      case Converter.Upper upper ->
          new Values.Texts(Images.texts(after).language().beforeUpperCase());
      case Converter.Field field ->
          new Values.Texts(
              fields(
                  Images.texts(after).language(),
                  field.index(),
                  ByteSet.of(field.delimiters()),
                  field.count()));
      case Converter.Word word ->
          new Values.Texts(
              words(
                  Images.texts(after).language(),
                  word.index(),
                  ByteSet.of(word.delimiters()),
                  word.count()));
      case Converter.Substitute substitute ->
          new Values.Texts(
              Replacement.substitution(substitute)
                  .orElseThrow(() -> new Inexact("regsub with this expression is not followed"))
                  .before(Images.texts(after).language()));
      case Converter.Map map -> MapImage.before(map, after);
      case Converter.UrlDecode decode ->
          new Values.Texts(decoder(decode.inForm()).preimage(Images.texts(after).language()));
      case Converter.HostOnly host -> {
        Language name = Images.texts(after).language().beforeLowerCase();
        yield new Values.Texts(
            name.intersect(NO_PORT).union(Language.sequence(name, Language.exact(":"), UNMARKED)));
      }
      case Converter.PortOnly port -> throw new Inexact("port_only is not followed");
      case Converter.Length length -> {
        List<Language> all = new ArrayList<>();
        for (Ranges.Span span : Images.numbers(after).ranges.within(0, Long.MAX_VALUE).spans()) {
          all.add(lengths(span.low(), span.high()));
        }
        yield new Values.Texts(Language.union(all));
      }
      case Converter.Bytes bytes ->
          new Values.Texts(slices(Images.texts(after).language(), bytes.offset(), bytes.length()));
      case Converter.NetworkMask mask -> throw new Inexact("ipmask is not followed");
      case Converter.Choose choose ->
          new Values.Flags(
              after.contains(new Value.Text(choose.whenTrue())),
              after.contains(new Value.Text(choose.whenFalse())));
      case Converter.Negate negate -> {
        Values.Flags flags = Images.flags(after);
        yield new Values.Flags(flags.whenNot, flags.whenSet);
      }
      case Converter.NonZero nonZero -> Images.flags(after);
      case Converter.Arithmetic arithmetic -> arithmetic(arithmetic, Images.numbers(after).ranges);
      case Converter.Trim trim -> {
        ByteSet set = ByteSet.of(trim.characters());
        Language many = Language.manyOf(set);
        Language kept = Language.oneOf(set.not());
        Language texts = Images.texts(after).language();
        yield new Values.Texts(
            trim.left()
                ? many.concat(texts.intersect(kept.concat(ALL).optional()))
                : texts.intersect(ALL.concat(kept).optional()).concat(many));
      }
      case Converter.ToNumber toNumber -> Images.numbers(after);
      case Converter.ToAddress toAddress ->
          new Values.Texts(Addresses.texts(Images.addresses(after), toAddress.withPort()));
      case Converter.ToText toText -> Images.texts(after);
      case Converter.Unknown unknown -> throw new Inexact(unknown.reason());
    };
  }

  private static final int LONGEST = 4096;

  static Language lengths(long low, long high) {
    if (low > LONGEST || (high != Long.MAX_VALUE && high > LONGEST)) {
      throw new Inexact("lengths above " + LONGEST + " are not counted");
    }
    return high == Long.MAX_VALUE
        ? Language.lengthAtLeast((int) low)
        : Language.length((int) low, (int) high);
  }

  private static Language fields(Language inner, int index, ByteSet delimiters, int count) {
    if (index == 0) {
      return Language.none();
    }
    if (count == 1) {
      return Slices.field(index, delimiters, inner);
    }
    limit(index, count);
    Language field = Language.manyOf(delimiters.not());
    Language one = Language.oneOf(delimiters);
    int others = Math.abs(index) - 1;
    Language rest =
        count == 0 ? inner : inner.intersect(field.concat(one.concat(field).repeat(0, count - 1)));
    if (index > 0) {
      Language before = field.concat(one).repeat(others, others);
      Language found = before.concat(rest);
      if (count > 1) {
        Language exactly =
            inner.intersect(field.concat(one.concat(field).repeat(count - 1, count - 1)));
        found = found.union(Language.sequence(before, exactly, one, ALL));
      }
      return found;
    }
    Language behind = one.concat(field).repeat(others, others);
    Language found = rest.concat(behind);
    if (count > 1) {
      Language exactly =
          inner.intersect(field.concat(one.concat(field).repeat(count - 1, count - 1)));
      found = found.union(Language.sequence(ALL, one, exactly, behind));
    }
    return found;
  }

  private static Language words(Language inner, int index, ByteSet delimiters, int count) {
    if (index == 0) {
      return Language.none();
    }
    if (count == 1) {
      return Slices.word(index, delimiters, inner);
    }
    if (index < 0) {
      throw new Inexact("several words from the end are not followed");
    }
    limit(index, count);
    Language word = Language.oneOf(delimiters.not()).plus();
    Language gap = Language.manyOf(delimiters);
    Language spaced = Language.oneOf(delimiters).plus();
    Language before = gap.concat(word.concat(spaced).repeat(index - 1, index - 1));
    Language starts = Language.oneOf(delimiters.not()).concat(ALL);
    Language some =
        count == 0 ? starts : word.concat(spaced.concat(word).repeat(0, count - 1)).concat(gap);
    Language found;
    if (count == 0) {
      found = before.concat(inner.intersect(starts));
    } else {
      Language exactly = word.concat(spaced.concat(word).repeat(count - 1, count - 1));
      Language fewer =
          count < 2
              ? Language.none()
              : word.concat(spaced.concat(word).repeat(0, count - 2)).concat(gap);
      found =
          before
              .concat(inner.intersect(fewer.union(exactly)))
              .intersect(before.concat(some))
              .union(
                  Language.sequence(
                      before, inner.intersect(exactly), Language.oneOf(delimiters), ALL));
    }
    if (!inner.contains("")) {
      return found;
    }
    return found.union(before.concat(starts).complement());
  }

  private static void limit(int index, int count) {
    if (Math.abs(index) > 50 || count > 50 || count < 0) {
      throw new Inexact("more than 50 pieces are not counted");
    }
  }

  private static Language slices(Language inner, int offset, int length) {
    if (offset > LONGEST || length > LONGEST) {
      throw new Inexact("positions above " + LONGEST + " are not followed");
    }
    Language skipped = Language.length(offset, offset);
    Language found;
    if (length < 0) {
      found = skipped.concat(inner.minus(Language.emptyWord()));
    } else {
      found = Language.sequence(skipped, inner.intersect(Language.length(length, length)), ALL);
      if (length > 0) {
        found = found.union(skipped.concat(inner.intersect(Language.length(0, length - 1))));
      }
    }
    return inner.contains("") ? found.union(Language.length(0, offset)) : found;
  }

  private static Values arithmetic(Converter.Arithmetic arithmetic, Ranges after) {
    long operand = arithmetic.operand();
    List<Ranges.Span> spans = new ArrayList<>();
    for (Ranges.Span span : after.spans()) {
      switch (arithmetic.operator()) {
        case ADD -> spans.add(shifted(span, -operand));
        case SUBTRACT -> spans.add(shifted(span, operand));
        case MULTIPLY, DIVIDE, MODULO -> throw new Inexact("this arithmetic is not followed");
      }
    }
    return new Values.Numbers(Ranges.union(spans));
  }

  private static Ranges.Span shifted(Ranges.Span span, long by) {
    return new Ranges.Span(
        span.low() == Long.MIN_VALUE ? span.low() : saturated(span.low(), by),
        span.high() == Long.MAX_VALUE ? span.high() : saturated(span.high(), by));
  }

  private static long saturated(long a, long b) {
    long sum = a + b;
    return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }

  /** {@code %XX} becomes its byte; {@code +} a blank in a form, and after the first {@code ?}. */
  private static Transducer decoder(boolean inForm) {
    Transducer.Builder machine = Transducer.builder();
    int plain = machine.state();
    int form = machine.state();
    decoding(machine, plain, inForm, form);
    decoding(machine, form, true, form);
    return machine.build();
  }

  private static void decoding(
      Transducer.Builder machine, int state, boolean inForm, int afterMark) {
    ByteSet special = ByteSet.of("%?" + (inForm ? "+" : ""));
    machine.copy(state, special.not(), state, "");
    machine.copy(state, ByteSet.of("?"), afterMark, "");
    if (inForm) {
      machine.write(state, ByteSet.of("+"), state, " ");
    }
    int percent = machine.state();
    machine.write(state, ByteSet.of("%"), percent, "");
    for (int high = 0; high < 16; high++) {
      int second = machine.state();
      machine.write(percent, hex(high), second, "");
      for (int low = 0; low < 16; low++) {
        machine.write(second, hex(low), state, String.valueOf((char) (16 * high + low)));
      }
    }
    machine.end(state, "");
  }

  private static ByteSet hex(int digit) {
    String lower = Integer.toHexString(digit);
    return ByteSet.of(lower + lower.toUpperCase(Locale.ROOT));
  }

  // One value.

  @Override
  public Result apply(Value input) {
    return switch (converter) {
      case Converter.Lower lower -> Result.text(lower(input.asText()));
      case Converter.Upper upper -> Result.text(upper(input.asText()));
      case Converter.Field field ->
          field(input.asText(), field.index(), ByteSet.of(field.delimiters()), field.count());
      case Converter.Word word ->
          word(input.asText(), word.index(), ByteSet.of(word.delimiters()), word.count());
      case Converter.Substitute substitute ->
          Replacement.substitution(substitute)
              .map(r -> Result.text(r.apply(input.asText())))
              .orElse(Result.UNKNOWN);
      case Converter.Map map -> MapImage.apply(map, input);
      case Converter.UrlDecode decode -> decode(input.asText(), decode.inForm());
      case Converter.HostOnly host -> {
        String text = input.asText();
        int mark = Math.max(text.lastIndexOf(':'), text.lastIndexOf(']'));
        boolean port = mark >= 0 && text.charAt(mark) == ':';
        yield Result.text(lower(port ? text.substring(0, mark) : text));
      }
      case Converter.PortOnly port -> Result.UNKNOWN;
      case Converter.Length length -> Result.of(new Value.Number(input.asText().length()));
      case Converter.Bytes bytes -> {
        if (!(input instanceof Value.Text text)) {
          yield Result.UNKNOWN;
        }
        int size = text.text().length();
        int from = Math.min(bytes.offset(), size);
        int to = bytes.length() < 0 ? size : Math.min(size, from + bytes.length());
        yield Result.text(text.text().substring(from, to));
      }
      case Converter.NetworkMask mask -> Result.UNKNOWN;
      case Converter.Choose choose ->
          Result.text(Values.Truth.SET.contains(input) ? choose.whenTrue() : choose.whenFalse());
      case Converter.Negate negate -> Result.of(new Value.Flag(!Values.Truth.SET.contains(input)));
      case Converter.NonZero nonZero -> Result.of(new Value.Flag(Values.Truth.SET.contains(input)));
      case Converter.Arithmetic arithmetic ->
          number(input).map(n -> calculate(arithmetic, n)).orElse(Result.NOTHING);
      case Converter.Trim trim -> {
        ByteSet set = ByteSet.of(trim.characters());
        String text = input.asText();
        int from = 0;
        int to = text.length();
        while (trim.left() && from < to && set.contains(text.charAt(from))) {
          from++;
        }
        while (!trim.left() && to > from && set.contains(text.charAt(to - 1))) {
          to--;
        }
        yield Result.text(text.substring(from, to));
      }
      case Converter.ToNumber toNumber ->
          number(input).map(n -> Result.of(new Value.Number(n))).orElse(Result.NOTHING);
      case Converter.ToAddress toAddress ->
          switch (input) {
            case Value.Address address -> Result.of(address);
            case Value.Text text ->
                Addresses.parse(text.text())
                    .map(a -> Result.of(new Value.Address(a)))
                    .orElse(Result.UNKNOWN);
            case Value.Number number -> Result.UNKNOWN;
            case Value.Flag flag -> Result.UNKNOWN;
          };
      case Converter.ToText toText -> Result.text(input.asText());
      case Converter.Unknown unknown -> Result.UNKNOWN;
    };
  }

  private static Optional<Long> number(Value value) {
    return switch (value) {
      case Value.Number number -> Optional.of(number.number());
      case Value.Flag flag -> Optional.of(flag.set() ? 1L : 0L);
      case Value.Text text -> {
        var cast = Cast.toNumber(text.text());
        yield cast.isPresent() ? Optional.of(cast.getAsLong()) : Optional.empty();
      }
      case Value.Address address -> Optional.empty();
    };
  }

  private static Result calculate(Converter.Arithmetic arithmetic, long n) {
    long operand = arithmetic.operand();
    return switch (arithmetic.operator()) {
      case ADD -> Result.of(new Value.Number(saturated(n, operand)));
      case SUBTRACT -> Result.of(new Value.Number(saturated(n, -operand)));
      case MULTIPLY -> {
        try {
          yield Result.of(new Value.Number(Math.multiplyExact(n, operand)));
        } catch (ArithmeticException overflow) {
          yield Result.UNKNOWN;
        }
      }
      case DIVIDE -> Result.of(new Value.Number(operand == 0 ? Long.MAX_VALUE : n / operand));
      case MODULO -> Result.of(new Value.Number(operand == 0 ? 0 : n % operand));
    };
  }

  static String lower(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        out.setCharAt(i, (char) (c | 0x20));
      }
    }
    return out.toString();
  }

  private static String upper(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 'a' && c <= 'z') {
        out.setCharAt(i, (char) (c & ~0x20));
      }
    }
    return out.toString();
  }

  private static Result field(String text, int index, ByteSet delimiters, int count) {
    List<int[]> fields = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || delimiters.contains(text.charAt(i))) {
        fields.add(new int[] {start, i});
        start = i + 1;
      }
    }
    int at = index > 0 ? index - 1 : fields.size() + index;
    if (index == 0 || at < 0 || at >= fields.size()) {
      return Result.NOTHING;
    }
    if (index > 0) {
      int last = count == 0 ? fields.size() - 1 : Math.min(fields.size() - 1, at + count - 1);
      return Result.text(text.substring(fields.get(at)[0], fields.get(last)[1]));
    }
    int first = count == 0 ? 0 : Math.max(0, at - count + 1);
    return Result.text(text.substring(fields.get(first)[0], fields.get(at)[1]));
  }

  private static Result word(String text, int index, ByteSet delimiters, int count) {
    if (index < 0 && count != 1) {
      return Result.UNKNOWN;
    }
    List<int[]> words = new ArrayList<>();
    for (int i = 0; i < text.length(); i++) {
      if (!delimiters.contains(text.charAt(i))) {
        int start = i;
        while (i < text.length() && !delimiters.contains(text.charAt(i))) {
          i++;
        }
        words.add(new int[] {start, i});
      }
    }
    int at = index > 0 ? index - 1 : words.size() + index;
    if (index == 0) {
      return Result.NOTHING;
    }
    if (at < 0 || at >= words.size()) {
      return Result.text("");
    }
    int last = at + count - 1;
    int end = count == 0 || last >= words.size() ? text.length() : words.get(last)[1];
    return Result.text(text.substring(words.get(at)[0], end));
  }

  private static Result decode(String text, boolean inForm) {
    StringBuilder out = new StringBuilder();
    boolean form = inForm;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return Result.NOTHING;
        }
        out.append((char) (16 * high + low));
        i += 2;
      } else {
        form |= c == '?';
        out.append(c == '+' && form ? ' ' : c);
      }
    }
    return Result.text(out.toString());
  }

  /** Maps forwards and backwards. */
  private static final class MapImage {
    private MapImage() {}

    private static Value value(MapTable table, String text) {
      return switch (table.valueType()) {
        case TEXT -> new Value.Text(text);
        case NUMBER -> new Value.Number(Cast.toNumber(text).orElse(0));
        case ADDRESS ->
            Addresses.parse(text).<Value>map(Value.Address::new).orElse(new Value.Text(text));
      };
    }

    /** The entries in the order in which the first that matches decides. */
    private static List<MapTable.Entry> ordered(MapTable table) {
      List<MapTable.Entry> entries = new ArrayList<>(table.entries());
      switch (table.kind()) {
        case PREFIX -> entries.sort(Comparator.comparingInt(e -> -e.key().length()));
        case EXACT, SUFFIX, SUBSTRING, PATH_SEGMENT, DOMAIN, REGEX, NUMBER -> {}
        case ADDRESS -> throw new Inexact("map_ip is not followed backwards");
      }
      return entries;
    }

    static Values before(Converter.Map map, Values after) {
      MapTable table = map.table();
      boolean otherwise =
          map.otherwise().map(text -> after.contains(value(table, text))).orElse(false);
      if (table.kind() == MapTable.Kind.NUMBER) {
        throw new Inexact("map_int is not followed backwards");
      }
      if (table.kind() == MapTable.Kind.EXACT) {
        return new Values.Texts(exactBefore(table, after, otherwise));
      }
      Language result = otherwise ? ALL : Language.none();
      List<MapTable.Entry> entries = ordered(table);
      // From the last entry to the first: each one takes its keys from those behind it. Runs of
      // entries with the same answer are taken together.
      int end = entries.size();
      while (end > 0) {
        boolean inside = after.contains(value(table, entries.get(end - 1).value()));
        int start = end - 1;
        while (start > 0
            && after.contains(value(table, entries.get(start - 1).value())) == inside) {
          start--;
        }
        Language keys =
            keys(
                table.kind(),
                entries.subList(start, end).stream().map(MapTable.Entry::key).toList());
        result = inside ? result.union(keys) : result.minus(keys);
        end = start;
      }
      return new Values.Texts(result);
    }

    /** Each key has one answer, so only one side has to be written out. */
    private static Language exactBefore(MapTable table, Values after, boolean otherwise) {
      Set<String> seen = new HashSet<>();
      List<String> inside = new ArrayList<>();
      List<String> outside = new ArrayList<>();
      for (MapTable.Entry entry : table.entries()) {
        if (seen.add(entry.key())) {
          (after.contains(value(table, entry.value())) ? inside : outside).add(entry.key());
        }
      }
      return otherwise ? ALL.minus(Language.anyOf(outside, false)) : Language.anyOf(inside, false);
    }

    private static Language keys(MapTable.Kind kind, List<String> keys) {
      return switch (kind) {
        case EXACT -> Language.anyOf(keys, false);
        case PREFIX -> Matches.text(new Match.Text(Match.Kind.PREFIX, keys, false));
        case SUFFIX -> Matches.text(new Match.Text(Match.Kind.SUFFIX, keys, false));
        case SUBSTRING -> Matches.text(new Match.Text(Match.Kind.SUBSTRING, keys, false));
        case PATH_SEGMENT -> Matches.text(new Match.Text(Match.Kind.PATH_SEGMENT, keys, false));
        case DOMAIN -> Matches.text(new Match.Text(Match.Kind.DOMAIN, keys, false));
        case REGEX -> Matches.regex(new Match.Regex(keys, false));
        case NUMBER, ADDRESS -> throw new Inexact("this map is not followed backwards");
      };
    }

    static Result apply(Converter.Map map, Value input) {
      MapTable table = map.table();
      try {
        Optional<MapTable.Entry> found =
            switch (table.kind()) {
              case EXACT -> {
                String text = input.asText();
                yield table.entries().stream().filter(e -> e.key().equals(text)).findFirst();
              }
              case ADDRESS -> longest(table, input);
              case NUMBER -> throw new Inexact("map_int is not followed");
              case PREFIX, SUFFIX, SUBSTRING, PATH_SEGMENT, DOMAIN, REGEX -> {
                String text = input.asText();
                yield ordered(table).stream()
                    .filter(e -> keys(table.kind(), List.of(e.key())).contains(text))
                    .findFirst();
              }
            };
        return found
            .map(MapTable.Entry::value)
            .or(map::otherwise)
            .map(text -> Result.of(value(table, text)))
            .orElse(Result.NOTHING);
      } catch (Inexact inexact) {
        return Result.UNKNOWN;
      }
    }

    private static Optional<MapTable.Entry> longest(MapTable table, Value input) {
      if (!(input instanceof Value.Address address)) {
        throw new Inexact("only addresses are looked up");
      }
      Optional<MapTable.Entry> best = Optional.empty();
      int bestLength = -1;
      for (MapTable.Entry entry : table.entries()) {
        int slash = entry.key().indexOf('/');
        String literal = slash < 0 ? entry.key() : entry.key().substring(0, slash);
        boolean six = literal.indexOf(':') >= 0;
        OptionalInt prefix = prefix(entry.key(), slash, six);
        if (prefix.isEmpty()) {
          continue;
        }
        // A network of the value's own family comes before all of the other one.
        int rank = prefix.getAsInt() + (six == (address.bytes().length() == 16) ? 1000 : 0);
        if (rank > bestLength
            && Addresses.in(List.of(new Match.Network(literal, prefix.getAsInt())))
                .contains(address)) {
          best = Optional.of(entry);
          bestLength = rank;
        }
      }
      return best;
    }

    private static OptionalInt prefix(String key, int slash, boolean six) {
      if (slash < 0) {
        return OptionalInt.of(six ? 128 : 32);
      }
      try {
        return OptionalInt.of(Integer.parseInt(key.substring(slash + 1)));
      } catch (NumberFormatException notANumber) {
        return OptionalInt.empty();
      }
    }
  }
}
