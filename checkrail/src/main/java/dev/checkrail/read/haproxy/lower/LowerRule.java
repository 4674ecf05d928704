package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Action;
import dev.checkrail.model.Action.Effect;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Match;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Template;
import dev.checkrail.read.haproxy.ParseSample;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Span;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Actions of {@code http-request} and {@code tcp-request} rules [4.2]. Reads up to the condition.
 */
final class LowerRule {
  private final Args args;
  private final Setup setup;

  LowerRule(Args args, Setup setup) {
    this.args = args;
    this.setup = setup;
  }

  /** An action of {@code http-request} or {@code stats http-request}. */
  Action http() {
    String word = args.value();
    int parenthesis = word.indexOf('(');
    String name = parenthesis < 0 ? word : word.substring(0, parenthesis);
    return switch (name) {
      case "allow" -> new Action.Allow();
      case "deny" -> LowerReply.action(Action.Respond.Kind.DENY, args, setup);
      case "tarpit" -> LowerReply.action(Action.Respond.Kind.TARPIT, args, setup);
      case "return" -> LowerReply.action(Action.Respond.Kind.RETURN, args, setup);
      case "auth" -> authenticate();
      case "reject" -> new Action.Drop(false);
      case "redirect" -> LowerRedirect.action(args, true, setup);
      case "set-path" -> target(Action.Part.PATH);
      case "set-pathq" -> target(Action.Part.PATH_AND_QUERY);
      case "set-query" -> target(Action.Part.QUERY);
      case "set-uri" -> target(Action.Part.URI);
      case "set-method" -> new Action.SetMethod(template());
      case "replace-path" -> replaceTarget(Action.Part.PATH);
      case "replace-pathq" -> replaceTarget(Action.Part.PATH_AND_QUERY);
      case "replace-uri" -> replaceTarget(Action.Part.URI);
      case "set-header" -> new Action.SetHeader(header(), template());
      case "add-header" -> new Action.AddHeader(header(), template());
      case "del-header" -> deleteHeader();
      case "replace-header" -> replaceHeader(false);
      case "replace-value" -> replaceHeader(true);
      case "disable-l7-retry" -> new Action.DisableRetry();
      case "use-service" -> service();
      case "cache-use" -> unknown("what the cache holds is not modelled", Effect.ANSWER);
      case "normalize-uri" -> unknown("normalising the URI is not modelled", Effect.REWRITE);
      case "send-spoe-group" ->
          unknown("what the SPOE agent answers is not modelled", Effect.REWRITE);
      case "add-acl",
          "del-acl",
          "set-map",
          "del-map",
          "set-log-level",
          "set-nice",
          "set-timeout",
          "strict-mode",
          "early-hint",
          "wait-for-body",
          "wait-for-handshake" ->
          new Action.NoEffect();
      case String other -> shared(name, word);
    };
  }

  /** An action of {@code tcp-request connection}, {@code session} or {@code content}. */
  Action tcp() {
    String word = args.value();
    int parenthesis = word.indexOf('(');
    String name = parenthesis < 0 ? word : word.substring(0, parenthesis);
    return switch (name) {
      case "accept" -> new Action.Allow();
      case "reject" -> new Action.Drop(false);
      case "expect-proxy", "expect-netscaler-cip" ->
          unknown("addresses that a PROXY header brings are not modelled", Effect.REWRITE);
      case "switch-mode" ->
          unknown("a switch to HTTP is not modelled", Effect.ANSWER, Effect.REWRITE);
      case "use-service" -> service();
      case "send-spoe-group" ->
          unknown("what the SPOE agent answers is not modelled", Effect.REWRITE);
      case "set-nice", "set-log-level" -> new Action.NoEffect();
      case String other -> shared(name, word);
    };
  }

  private Action shared(String name, String word) {
    if (name.startsWith("lua.")) {
      return unknown("Lua is not modelled", Effect.ANSWER, Effect.REWRITE, Effect.ROUTE);
    }
    if (name.startsWith("track-sc") || name.startsWith("sc-")) {
      return new Action.NoEffect();
    }
    return switch (name) {
      case "silent-drop" -> new Action.Drop(true);
      case "capture", "set-tos", "set-mark", "set-priority-class", "set-priority-offset" ->
          new Action.NoEffect();
      case "set-src", "set-src-port", "set-dst", "set-dst-port" ->
          unknown("a change of the connection's addresses is not modelled", Effect.REWRITE);
      case "set-var" -> setVariable(word);
      case "set-var-fmt" -> {
        Optional<String> variable = variable(word);
        yield variable.isEmpty()
            ? unknown("conditions of set-var are not modelled", Effect.REWRITE)
            : new Action.SetVariableText(variable.get(), template());
      }
      case "unset-var" -> new Action.UnsetVariable(variable(word).orElse(""));
      case "do-resolve" -> resolve(word);
      case String other ->
          unknown(
              "the action " + Text.shown(other) + " is not modelled",
              Effect.ANSWER,
              Effect.REWRITE,
              Effect.ROUTE);
    };
  }

  private Action unknown(String reason, Effect first, Effect... more) {
    return new Action.Unknown(
        setup.notes().unmodelled(setup.directive(), reason), EnumSet.of(first, more));
  }

  private Template template() {
    return args.next().map(word -> LowerTemplate.template(word, setup)).orElse(Template.of(""));
  }

  private String header() {
    return args.value().toLowerCase(Locale.ROOT);
  }

  private Action target(Action.Part part) {
    return new Action.SetTarget(part, template());
  }

  private Action replaceTarget(Action.Part part) {
    String regex = args.value();
    return new Action.ReplaceTarget(part, regex, template());
  }

  private Action replaceHeader(boolean values) {
    String name = header();
    String regex = args.value();
    return new Action.ReplaceHeader(name, regex, template(), values);
  }

  private Action deleteHeader() {
    String name = args.value();
    if (!args.takes("-m")) {
      return new Action.DeleteHeader(Match.Kind.EXACT, name.toLowerCase(Locale.ROOT));
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return switch (args.value()) {
      case "beg" -> new Action.DeleteHeader(Match.Kind.PREFIX, lower);
      case "end" -> new Action.DeleteHeader(Match.Kind.SUFFIX, lower);
      case "sub" -> new Action.DeleteHeader(Match.Kind.SUBSTRING, lower);
      case "reg" -> new Action.DeleteHeaderRegex(name);
      case String exact -> new Action.DeleteHeader(Match.Kind.EXACT, lower);
    };
  }

  private Action authenticate() {
    if (args.takes("realm")) {
      args.skip(1);
    }
    return new Action.Respond(Action.Respond.Kind.AUTHENTICATE, 401, Optional.empty(), true);
  }

  private Action service() {
    String service = args.value();
    if (service.equals("prometheus-exporter")) {
      return new Action.Respond(
          Action.Respond.Kind.RETURN, 200, Optional.of("service:" + service), false);
    }
    return unknown("the service " + Text.shown(service) + " is not modelled", Effect.ANSWER);
  }

  /** The name in {@code set-var(name)}; empty if conditions follow it. */
  private static Optional<String> variable(String word) {
    int open = word.indexOf('(');
    int close = word.lastIndexOf(')');
    if (open < 0 || close < open) {
      return Optional.empty();
    }
    String inside = word.substring(open + 1, close);
    return inside.indexOf(',') >= 0 ? Optional.empty() : Optional.of(inside.strip());
  }

  private Action setVariable(String word) {
    Optional<String> variable = variable(word);
    if (variable.isEmpty()) {
      return unknown("conditions of set-var are not modelled", Effect.REWRITE);
    }
    if (!args.more()) {
      return unknown("its expression is missing", Effect.REWRITE);
    }
    Optional<ParseSample.Used> used = setup.notes().take(ParseSample.parse(args.rest()));
    if (used.isEmpty()) {
      return unknown("its expression can't be understood", Effect.REWRITE);
    }
    args.skip(used.get().words());
    return new Action.SetVariable(
        variable.get(), LowerSample.sample(used.get().sample(), setup).sample());
  }

  private Action resolve(String word) {
    int open = word.indexOf('(');
    int comma = word.indexOf(',');
    if (open < 0 || comma < open) {
      return unknown("it can't be understood", Effect.REWRITE);
    }
    List<Word> rest = args.rest();
    Span span = rest.isEmpty() ? setup.directive().span() : rest.getFirst().span();
    String reason = "answers of name servers are not modelled";
    setup.notes().unmodelled(setup.directive(), reason);
    return new Action.SetVariable(
        word.substring(open + 1, comma),
        new Sample(new Fetch.Unknown("do-resolve", reason, span), List.of(), span, "do-resolve"));
  }
}
