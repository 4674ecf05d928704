package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Converter;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Match;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.PredefinedAcl;
import dev.checkrail.source.Span;
import java.util.List;
import java.util.OptionalLong;

/** Meanings of the predefined ACLs [7.4]. */
final class PredefinedCondition {
  private PredefinedCondition() {}

  static Condition of(PredefinedAcl acl, Setup setup, Span span) {
    String text = String.join(" ", acl.criterion());
    return switch (acl.name()) {
      case "TRUE", "WAIT_END" -> flag(true, span, text);
      case "FALSE" -> flag(false, span, text);
      case "HTTP" ->
          setup.http()
              ? flag(true, span, text)
              : unknown(setup, span, text, "detection of HTTP in TCP mode is not modelled");
      case "LOCALHOST" ->
          test(
              new Fetch.SourceAddress(),
              List.of(),
              new Match.Addresses(
                  List.of(new Match.Network("127.0.0.1", 8), new Match.Network("::1", 128))),
              span,
              text);
      case "HTTP_1.0" -> is(new Fetch.HttpVersion(), List.of("1.0"), span, text);
      case "HTTP_1.1" -> is(new Fetch.HttpVersion(), List.of("1.1"), span, text);
      case "HTTP_2.0" -> is(new Fetch.HttpVersion(), List.of("2.0"), span, text);
      case "METH_GET" -> is(new Fetch.Method(), List.of("GET", "HEAD"), span, text);
      case "METH_CONNECT",
          "METH_DELETE",
          "METH_HEAD",
          "METH_OPTIONS",
          "METH_POST",
          "METH_PUT",
          "METH_TRACE" ->
          is(new Fetch.Method(), List.of(acl.name().substring("METH_".length())), span, text);
      case "HTTP_URL_ABS" ->
          test(
              new Fetch.Url(),
              List.of(),
              new Match.Regex(List.of("^[^/:]*://"), false),
              span,
              text);
      case "HTTP_URL_SLASH" ->
          test(
              new Fetch.Url(),
              List.of(),
              new Match.Text(Match.Kind.PREFIX, List.of("/"), false),
              span,
              text);
      case "HTTP_URL_STAR" -> is(new Fetch.Url(), List.of("*"), span, text);
      case "HTTP_CONTENT" ->
          test(
              new Fetch.Header("content-length", Fetch.Splitting.COMMA, 0),
              List.of(new Converter.ToNumber()),
              new Match.Numbers(List.of(new Match.Range(OptionalLong.of(1), OptionalLong.empty()))),
              span,
              text);
      case String other -> unknown(setup, span, text, "the ACL " + other + " is not modelled");
    };
  }

  private static Condition flag(boolean value, Span span, String text) {
    return test(new Fetch.FlagConstant(value), List.of(), new Match.True(), span, text);
  }

  private static Condition is(Fetch fetch, List<String> values, Span span, String text) {
    return test(fetch, List.of(), new Match.Text(Match.Kind.EXACT, values, false), span, text);
  }

  private static Condition test(
      Fetch fetch, List<Converter> converters, Match match, Span span, String text) {
    return new Condition.Test(new Sample(fetch, converters, span, text), match, span, text);
  }

  private static Condition unknown(Setup setup, Span span, String text, String reason) {
    setup.notes().unmodelled(setup.directive(), reason);
    return new Condition.Unknown(new Unmodelled(span, text, reason));
  }
}
