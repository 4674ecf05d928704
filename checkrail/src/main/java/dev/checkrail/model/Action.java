package dev.checkrail.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a rule does. Actions that answer, drop or route end the processing of the frontend (or the
 * choice inside a pool); {@link Allow} ends its rule set; all others go on to the next rule.
 */
public sealed interface Action {

  /** What may become of a request after an action. */
  enum Next {
    /** The next rule sees it. */
    NEXT_RULE,
    /** The next rule set sees it. */
    NEXT_SET,
    /** It is answered, redirected or dropped. */
    ANSWERED,
    /** Its pool or server is chosen. */
    ROUTED,
    /** It is not modelled. */
    UNKNOWN
  }

  /** What may become of a request after this action; after a sequence, after any of its parts. */
  default Set<Next> next() {
    return switch (this) {
      case Allow a -> Set.of(Next.NEXT_SET);
      case Respond a -> Set.of(Next.ANSWERED);
      case Drop a -> Set.of(Next.ANSWERED);
      case Redirect a -> Set.of(Next.ANSWERED);
      case Route a -> Set.of(Next.ROUTED);
      case RouteHere a -> Set.of(Next.ROUTED);
      case RouteByName a -> Set.of(Next.ROUTED);
      case UseServer a -> Set.of(Next.ROUTED);
      case Unknown a -> Set.of(Next.UNKNOWN);
      case Sequence a ->
          a.actions().stream()
              .flatMap(one -> one.next().stream())
              .collect(Collectors.toUnmodifiableSet());
      case SetTarget a -> Set.of(Next.NEXT_RULE);
      case ReplaceTarget a -> Set.of(Next.NEXT_RULE);
      case SetMethod a -> Set.of(Next.NEXT_RULE);
      case SetHeader a -> Set.of(Next.NEXT_RULE);
      case AddHeader a -> Set.of(Next.NEXT_RULE);
      case DeleteHeader a -> Set.of(Next.NEXT_RULE);
      case DeleteHeaderRegex a -> Set.of(Next.NEXT_RULE);
      case ReplaceHeader a -> Set.of(Next.NEXT_RULE);
      case SetVariable a -> Set.of(Next.NEXT_RULE);
      case SetVariableText a -> Set.of(Next.NEXT_RULE);
      case UnsetVariable a -> Set.of(Next.NEXT_RULE);
      case DisableRetry a -> Set.of(Next.NEXT_RULE);
      case NoEffect a -> Set.of(Next.NEXT_RULE);
    };
  }

  /** Whether the action may answer the request itself, or choose where it goes. */
  default boolean decides() {
    return next().contains(Next.ANSWERED) || next().contains(Next.ROUTED);
  }

  /** Goes on to the next rule set of this frontend or pool ({@code allow}, {@code accept}). */
  record Allow() implements Action {}

  /**
   * Sends the request to a pool. A pool that does not exist cannot stand here (the reader reports
   * it).
   */
  record Route(String pool) implements Action {}

  /**
   * Sends the request to the {@code listen} section's own servers: the pool's rule sets up to
   * {@code REDIRECT} have run as the frontend's and do not run again.
   */
  record RouteHere(String pool) implements Action {}

  /**
   * Sends the request to the pool with the computed name. If there is none of that name, this rule
   * set ends (all later {@code use_backend} rules are skipped, the default pool is taken).
   */
  record RouteByName(Template name) implements Action {}

  /**
   * Picks a server of the pool, if it is usable; else goes on to the next rule. A computed name
   * that is no server goes on, too.
   */
  record UseServer(Template server) implements Action {}

  /**
   * Answers.
   *
   * @param how the kind of rule
   * @param status HTTP status before {@code errorfile} replacement
   * @param body identity of the body: its text, or {@code file:} and the file's digest; empty for
   *     the proxy's own
   * @param usesErrorFiles whether an {@code errorfile} for the status replaces the answer
   */
  record Respond(Kind how, int status, Optional<String> body, boolean usesErrorFiles)
      implements Action {
    /** The rule that answers. */
    public enum Kind {
      DENY,
      /** Answers after the tarpit time-out. */
      TARPIT,
      RETURN,
      MONITOR,
      STATISTICS,
      /** 401, asks for credentials. */
      AUTHENTICATE
    }
  }

  /** Closes the connection without an answer ({@code reject}, {@code silent-drop}). */
  record Drop(boolean silent) implements Action {}

  /**
   * Redirects [4.2 redirect].
   *
   * <p>{@code LOCATION}: the template is the Location. {@code PREFIX}: the template, then the
   * request's path and query ({@code dropQuery}: without the query; {@code appendSlash}: a slash is
   * added to a path that lacks one; a template {@code /} adds nothing). {@code SCHEME}: the
   * template, {@code ://}, the Host header, then as {@code PREFIX}.
   *
   * @param ignoreEmpty whether the rule does nothing if the template is empty
   */
  record Redirect(
      Kind kind,
      Template to,
      int status,
      boolean dropQuery,
      boolean appendSlash,
      boolean ignoreEmpty,
      Optional<String> cookie)
      implements Action {
    /** What the template is. */
    public enum Kind {
      LOCATION,
      PREFIX,
      SCHEME
    }
  }

  /** Replaces one part of the target; for {@code PATH} the query stays. */
  record SetTarget(Part part, Template value) implements Action {}

  /**
   * {@code replace-path} and family: if the regex is found in the part, the <i>whole part</i> is
   * replaced by the template with {@code \0}–{@code \9} filled in; else nothing happens.
   *
   * @param replacement may hold backslash references
   */
  record ReplaceTarget(Part part, String regex, Template replacement) implements Action {}

  /** A part of the request target. */
  enum Part {
    PATH,
    PATH_AND_QUERY,
    QUERY,
    URI
  }

  /** {@code set-method}. */
  record SetMethod(Template method) implements Action {}

  /** {@code set-header}: all lines of that name are removed, then one is added. */
  record SetHeader(String name, Template value) implements Action {}

  /** {@code add-header}: a line is added at the end. */
  record AddHeader(String name, Template value) implements Action {}

  /**
   * {@code del-header}: removes lines.
   *
   * @param kind how {@code name} matches header names: {@code EXACT}, {@code PREFIX}, {@code
   *     SUFFIX}, {@code SUBSTRING}; case is ignored
   */
  record DeleteHeader(Match.Kind kind, String name) implements Action {}

  /** {@code del-header … -m reg}. */
  record DeleteHeaderRegex(String regex) implements Action {}

  /**
   * {@code replace-header} (whole lines) and {@code replace-value} (comma-separated values): each
   * one in which the regex is found is replaced by the template with references filled in.
   */
  record ReplaceHeader(String name, String regex, Template replacement, boolean values)
      implements Action {}

  /** {@code set-var(name) expression}; without value nothing happens. */
  record SetVariable(String name, Sample value) implements Action {}

  /** {@code set-var-fmt(name) template}. */
  record SetVariableText(String name, Template value) implements Action {}

  /** {@code unset-var(name)}. */
  record UnsetVariable(String name) implements Action {}

  /** {@code disable-l7-retry}: this request is not sent a second time. */
  record DisableRetry() implements Action {}

  /** Has no influence on routing, on what is sent on or on the answer ({@code capture}, …). */
  record NoEffect() implements Action {}

  /**
   * Not modelled.
   *
   * @param effects what it may do; everything outside is certain not to happen
   */
  record Unknown(Unmodelled why, Set<Effect> effects) implements Action {
    public Unknown {
      effects = Set.copyOf(effects);
    }
  }

  /** What an unmodelled action may do. */
  enum Effect {
    /** Answer, drop or delay the request. */
    ANSWER,
    /** Change any part of the request or any variable. */
    REWRITE,
    /** Choose the pool or server. */
    ROUTE
  }

  /** Several actions of one directive, in order. */
  record Sequence(List<Action> actions) implements Action {
    public Sequence {
      actions = List.copyOf(actions);
    }
  }
}
