package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Converter;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Fetch.Splitting;
import dev.checkrail.read.haproxy.SampleText;
import java.util.List;
import java.util.Locale;

/** Fetches [7.3.2 to 7.3.6] by name. Those that are not listed are unknown functions. */
final class LowerFetch {
  /** A fetch, what its name implies ({@code hdr_ip}), and the type of the result. */
  record Typed(Fetch fetch, List<Converter> converters, Type type) {
    Typed {
      converters = List.copyOf(converters);
    }
  }

  private static final long UNBOUNDED_RANDOM = 1L << 32;

  private LowerFetch() {}

  static Typed fetch(SampleText text, String shown, Setup setup) {
    return switch (text.fetch()) {
      case "method" -> of(new Fetch.Method(), Type.METHOD);
      case "path" -> of(new Fetch.Path(), Type.TEXT);
      case "pathq" -> of(new Fetch.PathAndQuery(), Type.TEXT);
      case "query" -> of(new Fetch.Query(), Type.TEXT);
      case "url" -> of(new Fetch.Url(), Type.TEXT);
      case "base" -> of(new Fetch.Base(), Type.TEXT);
      case "req.ver", "req_ver" -> of(new Fetch.HttpVersion(), Type.TEXT);
      case "hdr", "req.hdr" -> header(text, shown, setup, Splitting.COMMA, Type.TEXT);
      case "req.fhdr" -> header(text, shown, setup, Splitting.LINE, Type.TEXT);
      case "hdr_val", "req.hdr_val" ->
          header(text, shown, setup, Splitting.COMMA, Type.NUMBER, new Converter.ToNumber());
      case "hdr_ip", "req.hdr_ip" ->
          header(text, shown, setup, Splitting.COMMA, Type.ADDRESS, new Converter.ToAddress(true));
      case "hdr_cnt", "req.hdr_cnt" -> count(text, shown, setup, Splitting.COMMA);
      case "req.fhdr_cnt" -> count(text, shown, setup, Splitting.LINE);
      case "cook", "req.cook" -> cookie(text, shown, setup, Type.TEXT);
      case "cook_val", "req.cook_val" ->
          cookie(text, shown, setup, Type.NUMBER, new Converter.ToNumber());
      case "cook_cnt", "req.cook_cnt" ->
          text.arg(0).isEmpty()
              ? unknown(text, shown, setup, Type.NUMBER, "cookies without a name are not modelled")
              : of(new Fetch.CookieCount(text.arg(0)), Type.NUMBER);
      case "urlp", "url_param" -> parameter(text, shown, setup, Type.TEXT);
      case "urlp_val" -> parameter(text, shown, setup, Type.NUMBER, new Converter.ToNumber());
      case "src" -> of(new Fetch.SourceAddress(), Type.ADDRESS);
      case "src_port" -> of(new Fetch.SourcePort(), Type.NUMBER);
      case "dst" -> of(new Fetch.DestinationAddress(), Type.ADDRESS);
      case "dst_port" -> of(new Fetch.DestinationPort(), Type.NUMBER);
      case "ssl_fc" -> of(new Fetch.Tls(), Type.FLAG);
      case "ssl_fc_sni" -> of(new Fetch.TerminatedServerName(), Type.TEXT);
      case "req.ssl_sni", "req_ssl_sni" -> of(new Fetch.GreetingServerName(), Type.TEXT);
      case "req.ssl_hello_type", "req_ssl_hello_type" -> of(new Fetch.GreetingType(), Type.NUMBER);
      case "var" -> variable(text, shown, setup);
      case "rand" ->
          of(
              new Fetch.Random(
                  text.args().isEmpty() ? UNBOUNDED_RANDOM : number(text.arg(0), UNBOUNDED_RANDOM)),
              Type.NUMBER);
      case "str" -> of(new Fetch.TextConstant(text.arg(0)), Type.TEXT);
      case "meth" -> of(new Fetch.TextConstant(text.arg(0)), Type.METHOD);
      case "ipv4", "ipv6" -> address(text);
      case "int" -> of(new Fetch.NumberConstant(number(text.arg(0), 0)), Type.NUMBER);
      case "bool" -> of(new Fetch.FlagConstant(truth(text.arg(0))), Type.FLAG);
      case "always_true", "wait_end" -> of(new Fetch.FlagConstant(true), Type.FLAG);
      case "always_false" -> of(new Fetch.FlagConstant(false), Type.FLAG);
      case "req.proto_http", "req_proto_http" ->
          setup.http()
              ? of(new Fetch.FlagConstant(true), Type.FLAG)
              : unknown(
                  text, shown, setup, Type.FLAG, "detection of HTTP in TCP mode is not modelled");
      case "env" -> environment(text, shown, setup);
      case "nbsrv" ->
          of(
              new Fetch.UsableServers(text.arg(0).isEmpty() ? setup.proxy() : text.arg(0)),
              Type.NUMBER);
      case "http_auth" -> of(new Fetch.Authenticated(text.arg(0)), Type.FLAG);
      case "http_auth_group" -> of(new Fetch.AuthenticatedUser(text.arg(0)), Type.TEXT);
      case String name ->
          unknown(
              text, shown, setup, FetchTypes.of(name), "the fetch " + name + " is not modelled");
    };
  }

  private static Typed of(Fetch fetch, Type type) {
    return new Typed(fetch, List.of(), type);
  }

  private static Typed unknown(
      SampleText text, String shown, Setup setup, Type type, String reason) {
    setup.notes().unmodelled(setup.directive(), reason);
    return of(new Fetch.Unknown(shown, reason, text.span()), type);
  }

  private static Typed header(
      SampleText text,
      String shown,
      Setup setup,
      Splitting splitting,
      Type type,
      Converter... converters) {
    String name = text.arg(0).toLowerCase(Locale.ROOT);
    if (name.isEmpty()) {
      return unknown(text, shown, setup, type, "headers without a name are not modelled");
    }
    int occurrence = (int) number(text.arg(1), 0);
    return new Typed(new Fetch.Header(name, splitting, occurrence), List.of(converters), type);
  }

  private static Typed count(SampleText text, String shown, Setup setup, Splitting splitting) {
    return text.arg(0).isEmpty()
        ? unknown(text, shown, setup, Type.NUMBER, "headers without a name are not modelled")
        : of(new Fetch.HeaderCount(text.arg(0).toLowerCase(Locale.ROOT), splitting), Type.NUMBER);
  }

  private static Typed cookie(
      SampleText text, String shown, Setup setup, Type type, Converter... converters) {
    return text.arg(0).isEmpty()
        ? unknown(text, shown, setup, type, "cookies without a name are not modelled")
        : new Typed(new Fetch.Cookie(text.arg(0)), List.of(converters), type);
  }

  private static Typed parameter(
      SampleText text, String shown, Setup setup, Type type, Converter... converters) {
    String delimiter = text.arg(1);
    if (text.arg(0).isEmpty() || delimiter.length() > 1) {
      return unknown(text, shown, setup, type, "parameters without a name are not modelled");
    }
    char start = delimiter.isEmpty() ? '?' : delimiter.charAt(0);
    return new Typed(new Fetch.UrlParameter(text.arg(0), start, false), List.of(converters), type);
  }

  private static Typed variable(SampleText text, String shown, Setup setup) {
    String name = text.arg(0);
    if (text.args().size() != 1) {
      return unknown(text, shown, setup, Type.ANY, "a default for a variable is not modelled");
    }
    if (name.startsWith("proc.")) {
      return unknown(text, shown, setup, Type.ANY, "variables of the process are not modelled");
    }
    return setup.files().setElsewhere(name)
        ? unknown(text, shown, setup, Type.ANY, "the variable is set by other means than a rule")
        : of(new Fetch.Variable(name), Type.ANY);
  }

  private static Typed address(SampleText text) {
    return new Typed(
        new Fetch.TextConstant(text.arg(0)), List.of(new Converter.ToAddress()), Type.ADDRESS);
  }

  private static Typed environment(SampleText text, String shown, Setup setup) {
    String value = setup.environment().get(text.arg(0));
    return value == null
        ? unknown(text, shown, setup, Type.TEXT, "the variable " + text.arg(0) + " is not given")
        : of(new Fetch.TextConstant(value), Type.TEXT);
  }

  private static boolean truth(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "1" -> true;
      case String other -> false;
    };
  }

  static long number(String text, long otherwise) {
    try {
      return text.isEmpty() ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
