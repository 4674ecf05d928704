package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;

/**
 * A sample expression as written (manual 7.3, 7.3.1): {@code
 * req.hdr(host),lower,map(hosts.map,none)}.
 *
 * @param fetch name of the fetch as written; an ACL keyword such as {@code path_beg} stays as it
 *     is, {@link CriterionText} resolves it
 * @param args arguments of the fetch
 * @param converters in order
 * @param span the whole expression
 */
public record SampleText(
    String fetch, List<Argument> args, List<ConverterText> converters, Span span) {
  public SampleText {
    args = List.copyOf(args);
    converters = List.copyOf(converters);
  }

  /**
   * One argument of a fetch or converter, quotes and escapes resolved (manual 2.2).
   *
   * @param value what HAProxy sees; may be empty
   * @param span where it stands, quotes included
   */
  public record Argument(String value, Span span) {}

  /** A converter with its arguments. */
  public record ConverterText(String name, List<Argument> args, Span span) {
    public ConverterText {
      args = List.copyOf(args);
    }
  }

  /** The value of the fetch's argument, counted from 0; the empty string past the end. */
  public String arg(int index) {
    return index < args.size() ? args.get(index).value() : "";
  }
}
