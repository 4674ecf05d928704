package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Converter;
import dev.checkrail.model.MapTable;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.SampleText.ConverterText;
import java.util.Optional;

/** Converters [7.3.1] by name. Those that are not listed are unknown functions. */
final class LowerConverter {
  /** A converter and the types that it takes and gives; {@code ANY} out: the type stays. */
  record Typed(Converter converter, Type in, Type out) {}

  private LowerConverter() {}

  static Typed converter(ConverterText text, Type from, Setup setup) {
    String name = text.name();
    if (name.equals("map") || name.startsWith("map_")) {
      return map(text, setup);
    }
    return switch (name) {
      case "lower" -> onText(new Converter.Lower());
      case "upper" -> onText(new Converter.Upper());
      case "field" ->
          onText(new Converter.Field(index(text, 0, 1), arg(text, 1), index(text, 2, 1)));
      case "word" -> onText(new Converter.Word(index(text, 0, 1), arg(text, 1), index(text, 2, 1)));
      case "regsub" -> substitute(text);
      case "url_dec" -> onText(new Converter.UrlDecode(index(text, 0, 0) != 0));
      case "host_only" -> onText(new Converter.HostOnly());
      case "port_only" -> new Typed(new Converter.PortOnly(), Type.TEXT, Type.NUMBER);
      case "length" -> new Typed(new Converter.Length(), Type.TEXT, Type.NUMBER);
      case "ltrim" -> onText(new Converter.Trim(true, arg(text, 0)));
      case "rtrim" -> onText(new Converter.Trim(false, arg(text, 0)));
      case "bytes" ->
          new Typed(
              new Converter.Bytes(index(text, 0, 0), index(text, 1, -1)), Type.BINARY, Type.BINARY);
      case "ipmask" -> mask(text, setup);
      case "iif" ->
          new Typed(new Converter.Choose(arg(text, 0), arg(text, 1)), Type.FLAG, Type.TEXT);
      case "not" -> new Typed(new Converter.Negate(), Type.NUMBER, Type.FLAG);
      case "bool" -> new Typed(new Converter.NonZero(), Type.NUMBER, Type.FLAG);
      case "add" -> arithmetic(text, setup, Converter.Operator.ADD);
      case "sub" -> arithmetic(text, setup, Converter.Operator.SUBTRACT);
      case "mul" -> arithmetic(text, setup, Converter.Operator.MULTIPLY);
      case "div" -> arithmetic(text, setup, Converter.Operator.DIVIDE);
      case "mod" -> arithmetic(text, setup, Converter.Operator.MODULO);
      case String other -> unknown(text, setup, "the converter " + other + " is not modelled");
    };
  }

  private static Typed onText(Converter converter) {
    return new Typed(converter, Type.TEXT, Type.TEXT);
  }

  private static Typed unknown(ConverterText text, Setup setup, String reason) {
    setup.notes().unmodelled(setup.directive(), reason);
    return new Typed(
        new Converter.Unknown(shown(text), reason, text.span()),
        Type.ANY,
        FetchTypes.ofConverter(text.name()));
  }

  private static String shown(ConverterText text) {
    if (text.args().isEmpty()) {
      return text.name();
    }
    return KeptText.piece(
        text.name()
            + "("
            + String.join(",", text.args().stream().map(a -> a.value()).toList())
            + ")");
  }

  private static Typed substitute(ConverterText text) {
    String flags = arg(text, 2);
    return onText(
        new Converter.Substitute(
            arg(text, 0), arg(text, 1), flags.indexOf('g') >= 0, flags.indexOf('i') >= 0));
  }

  private static Typed arithmetic(ConverterText text, Setup setup, Converter.Operator operator) {
    try {
      return new Typed(
          new Converter.Arithmetic(operator, Long.parseLong(arg(text, 0))),
          Type.NUMBER,
          Type.NUMBER);
    } catch (NumberFormatException e) {
      return unknown(text, setup, "arithmetic with a variable is not modelled");
    }
  }

  private static Typed mask(ConverterText text, Setup setup) {
    Optional<Integer> mask4 = Networks.prefix(arg(text, 0), 32);
    Optional<Integer> mask6 =
        text.args().size() > 1 ? Networks.prefix(arg(text, 1), 128) : Optional.of(-1);
    if (mask4.isEmpty() || mask6.isEmpty()) {
      return unknown(text, setup, "a mask with holes is not modelled");
    }
    return new Typed(
        new Converter.NetworkMask(mask4.get(), mask6.get()), Type.ADDRESS, Type.ADDRESS);
  }

  private static Typed map(ConverterText text, Setup setup) {
    Optional<LowerMap.Shape> shape = LowerMap.shape(text.name());
    if (shape.isEmpty()) {
      return unknown(text, setup, "the converter " + text.name() + " is not modelled");
    }
    Type in =
        switch (shape.get().kind()) {
          case NUMBER -> Type.NUMBER;
          case ADDRESS -> Type.ADDRESS;
          case EXACT, PREFIX, SUFFIX, SUBSTRING, PATH_SEGMENT, DOMAIN, REGEX -> Type.TEXT;
        };
    Type out =
        switch (shape.get().values()) {
          case TEXT -> Type.TEXT;
          case NUMBER -> Type.NUMBER;
          case ADDRESS -> Type.ADDRESS;
        };
    Optional<MapTable> table = LowerMap.table(text, shape.get(), setup);
    if (setup.files().changesAtRunTime(arg(text, 0))) {
      String reason = "rules change the map while HAProxy runs";
      setup.notes().unmodelled(setup.directive(), reason);
      return new Typed(new Converter.Unknown(shown(text), reason, text.span()), Type.ANY, out);
    }
    Optional<String> otherwise =
        text.args().size() > 1 ? Optional.of(arg(text, 1)) : Optional.empty();
    return table
        .map(t -> new Typed(new Converter.Map(t, otherwise), in, out))
        .orElseGet(() ->
            new Typed(
                new Converter.Unknown(shown(text), "the map is missing or unusable", text.span()),
                Type.ANY,
                out));
  }

  private static String arg(ConverterText text, int index) {
    return index < text.args().size() ? text.args().get(index).value() : "";
  }

  private static int index(ConverterText text, int index, int otherwise) {
    return (int) LowerFetch.number(arg(text, index), otherwise);
  }
}
