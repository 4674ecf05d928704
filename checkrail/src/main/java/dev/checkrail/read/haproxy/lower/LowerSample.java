package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Converter;
import dev.checkrail.model.Sample;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.SampleText;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sample expressions [7.3], with the casts that HAProxy inserts between their steps. */
final class LowerSample {
  /** An expression and the type of its values. */
  record Typed(Sample sample, Type type) {
    /** The same expression, cast. */
    Typed as(Type wanted) {
      Optional<Converter> cast = LowerSample.cast(type, wanted, sample.span(), sample.text());
      if (cast.isEmpty()) {
        return this;
      }
      List<Converter> converters = new ArrayList<>(sample.converters());
      converters.add(cast.get());
      return new Typed(
          new Sample(sample.fetch(), converters, sample.span(), sample.text()), wanted);
    }
  }

  private LowerSample() {}

  static Typed sample(SampleText text, Setup setup) {
    String shown = shown(text, setup);
    LowerFetch.Typed fetch = LowerFetch.fetch(text, shown, setup);
    List<Converter> converters = new ArrayList<>(fetch.converters());
    Type type = fetch.type();
    for (SampleText.ConverterText step : text.converters()) {
      LowerConverter.Typed converter = LowerConverter.converter(step, type, setup);
      cast(type, converter.in(), step.span(), shown).ifPresent(converters::add);
      converters.add(converter.converter());
      type = converter.out() == Type.ANY ? type : converter.out();
      if (converter.converter() instanceof Converter.Unknown) {
        type = converter.out();
      }
    }
    return new Typed(new Sample(fetch.fetch(), converters, text.span(), shown), type);
  }

  /** What HAProxy does to a value of one type where it needs another; empty if nothing. */
  private static Optional<Converter> cast(Type from, Type to, Span span, String text) {
    return switch (to) {
      case ANY, METHOD -> Optional.empty();
      case FLAG, NUMBER ->
          switch (from) {
            case TEXT, ANY -> Optional.of(new Converter.ToNumber());
            case FLAG, NUMBER -> Optional.empty();
            case ADDRESS, BINARY, METHOD -> unknown(from, to, span, text);
          };
      case ADDRESS ->
          switch (from) {
            case TEXT, ANY -> Optional.of(new Converter.ToAddress());
            case ADDRESS -> Optional.empty();
            case FLAG, NUMBER, BINARY, METHOD -> unknown(from, to, span, text);
          };
      case TEXT ->
          switch (from) {
            case FLAG, NUMBER, ADDRESS, ANY -> Optional.of(new Converter.ToText());
            case TEXT, BINARY, METHOD -> Optional.empty();
          };
      case BINARY ->
          switch (from) {
            case FLAG, NUMBER, ADDRESS, ANY -> unknown(from, to, span, text);
            case TEXT, BINARY, METHOD -> Optional.empty();
          };
    };
  }

  private static Optional<Converter> unknown(Type from, Type to, Span span, String text) {
    return Optional.of(
        new Converter.Unknown(
            text, "the cast from " + from + " to " + to + " is not modelled", span));
  }

  /** The expression as written: its words, or the piece of the word that its span covers. */
  static String shown(SampleText text, Setup setup) {
    return slice(text.span(), setup.directive().line().words());
  }

  static String slice(Span span, List<Word> words) {
    List<Word> covered = new ArrayList<>();
    for (Word word : words) {
      Span at = word.span();
      if (at.line() == span.line() && at.column() >= span.column() && end(at) <= end(span)) {
        covered.add(word);
      }
    }
    if (!covered.isEmpty()) {
      return KeptText.words(covered);
    }
    for (Word word : words) {
      int from = span.column() - word.span().column();
      if (from >= 0 && from + span.length() <= word.raw().length()) {
        return KeptText.piece(word.raw().substring(from, from + span.length()));
      }
    }
    return "";
  }

  private static int end(Span span) {
    return span.column() + span.length();
  }
}
