package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Converter;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Template;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.FormatText;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.ParseFormat;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Log-format strings in rules [8.2.4]: text, {@code %[…]} and the variables that a request settles.
 */
final class LowerTemplate {
  private LowerTemplate() {}

  static Template template(Word word, Setup setup) {
    String shown = KeptText.words(List.of(word));
    Optional<FormatText> format = setup.notes().take(ParseFormat.parse(word));
    if (format.isEmpty()) {
      return new Template(
          List.of(
              new Template.Part.Unknown(
                  new Unmodelled(word.span(), shown, "the format can't be understood"))),
          shown);
    }
    List<Template.Part> parts = new ArrayList<>();
    String flags = "";
    for (FormatText.Part part : format.get().parts()) {
      switch (part) {
        case FormatText.Part.Literal literal ->
            parts.add(new Template.Part.Literal(literal.text()));
        case FormatText.Part.Flags change -> flags = change.flags();
        case FormatText.Part.Sample sample ->
            parts.add(
                changesText(flags) || changesText(sample.flags())
                    ? unknown(sample.span(), shown, setup, "format flags are not modelled")
                    : new Template.Part.Expression(
                        LowerSample.sample(sample.sample(), setup).as(Type.TEXT).sample()));
        case FormatText.Part.Variable variable ->
            parts.add(
                changesText(flags) || changesText(variable.flags())
                    ? unknown(variable.span(), shown, setup, "format flags are not modelled")
                    : variable(variable, shown, setup));
      }
    }
    return new Template(parts, shown);
  }

  private static boolean changesText(String flags) {
    return flags.contains("+Q") || flags.contains("+X") || flags.contains("+E");
  }

  private static Template.Part unknown(Span span, String shown, Setup setup, String reason) {
    setup.notes().unmodelled(setup.directive(), reason);
    return new Template.Part.Unknown(new Unmodelled(span, shown, reason));
  }

  private static Template.Part variable(
      FormatText.Part.Variable variable, String shown, Setup setup) {
    Span span = variable.span();
    return switch (variable.name()) {
      case "ci" -> fetch(new Fetch.SourceAddress(), true, span, "%ci");
      case "cp" -> fetch(new Fetch.SourcePort(), true, span, "%cp");
      case "fi" -> fetch(new Fetch.DestinationAddress(), true, span, "%fi");
      case "fp" -> fetch(new Fetch.DestinationPort(), true, span, "%fp");
      case String name ->
          unknown(span, shown, setup, "the log variable %" + name + " is not modelled in rules");
    };
  }

  private static Template.Part fetch(Fetch fetch, boolean cast, Span span, String text) {
    List<Converter> converters = cast ? List.of(new Converter.ToText()) : List.of();
    return new Template.Part.Expression(new Sample(fetch, converters, span, text));
  }
}
