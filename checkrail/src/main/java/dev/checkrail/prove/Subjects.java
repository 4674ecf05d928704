package dev.checkrail.prove;

import dev.checkrail.model.Action;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;

/** How findings name a rule: by section and object, never by line or condition. */
final class Subjects {
  private Subjects() {}

  static String of(Rule rule, RuleSet.Phase phase) {
    return switch (rule.then()) {
      case Action.Route route ->
          (phase == RuleSet.Phase.DEFAULT ? "default_backend " : "use_backend ") + route.pool();
      case Action.RouteHere route -> "servers of " + route.pool();
      case Action.RouteByName byName -> "use_backend " + byName.name().text();
      case Action.UseServer use -> "use-server " + use.server().text();
      case Action.Respond respond -> keyword(rule) + " " + respond.status();
      case Action.Redirect redirect -> "redirect " + redirect.to().text();
      case Action.Drop drop -> keyword(rule);
      case Action.Allow allow -> keyword(rule);
      case Action.SetTarget set -> keyword(rule);
      case Action.ReplaceTarget replace -> keyword(rule);
      case Action.SetMethod set -> keyword(rule);
      case Action.SetHeader set -> keyword(rule) + " " + set.name();
      case Action.AddHeader add -> keyword(rule) + " " + add.name();
      case Action.DeleteHeader delete -> keyword(rule) + " " + delete.name();
      case Action.DeleteHeaderRegex delete -> keyword(rule);
      case Action.ReplaceHeader replace -> keyword(rule) + " " + replace.name();
      case Action.SetVariable set -> keyword(rule) + " " + set.name();
      case Action.SetVariableText set -> keyword(rule) + " " + set.name();
      case Action.UnsetVariable unset -> keyword(rule) + " " + unset.name();
      case Action.DisableRetry disable -> keyword(rule);
      case Action.NoEffect nothing -> keyword(rule);
      case Action.Unknown unknown -> keyword(rule);
      case Action.Sequence sequence -> keyword(rule);
    };
  }

  /** The first two words of the directive. */
  private static String keyword(Rule rule) {
    String[] words = rule.text().split(" ", 3);
    return words.length > 1 ? words[0] + " " + words[1] : rule.text();
  }
}
