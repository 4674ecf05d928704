package dev.checkrail.lint;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Template;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Every sample that some rule of a configuration takes, with the name of what takes it; each place
 * in the text once.
 */
final class Samples {
  /**
   * A sample in its place.
   *
   * @param subject {@code frontend fe / acl is_pay}, or {@code frontend fe / use_backend be_pay}
   * @param test the test that it is part of, if it is in a condition
   */
  record Place(String subject, Sample sample, Optional<Condition.Test> test) {}

  private final List<Place> places = new ArrayList<>();
  private final Set<Object> seen = new HashSet<>();

  private Samples() {}

  static List<Place> of(Scene scene) {
    return of(scene.configuration(), scene::subject, scene::subject);
  }

  /** Of a model alone. */
  static List<Place> of(Configuration configuration) {
    return of(
        configuration, frontend -> "frontend " + frontend.name(), pool -> "backend " + pool.name());
  }

  private static List<Place> of(
      Configuration configuration,
      Function<Frontend, String> frontends,
      Function<Pool, String> pools) {
    Samples samples = new Samples();
    for (Frontend frontend : configuration.frontends()) {
      samples.rules(frontend.rules(), frontends.apply(frontend));
    }
    for (Pool pool : configuration.pools()) {
      samples.rules(pool.rules(), pools.apply(pool));
    }
    return samples.places;
  }

  private void rules(List<RuleSet> sets, String section) {
    for (RuleSet set : sets) {
      for (Rule rule : set.rules()) {
        String keyword = rule.text().strip().split("\\s+", 2)[0];
        String subject = section + " / " + object(rule.then(), keyword);
        condition(rule.when(), section, subject);
        action(rule.then(), subject);
      }
    }
  }

  private static String object(Action action, String keyword) {
    return action instanceof Action.Route route ? keyword + " " + route.pool() : keyword;
  }

  private void condition(Condition condition, String section, String subject) {
    switch (condition) {
      case Condition.Always always -> {}
      case Condition.All all -> all.parts().forEach(part -> condition(part, section, subject));
      case Condition.Any any -> any.parts().forEach(part -> condition(part, section, subject));
      case Condition.Not not -> condition(not.part(), section, subject);
      case Condition.Named named -> {
        String acl = section + " / acl " + named.name();
        if (seen.add(acl)) {
          condition(named.definition(), section, acl);
        }
      }
      case Condition.Test test -> {
        if (seen.add(test.span())) {
          places.add(new Place(subject, test.sample(), Optional.of(test)));
        }
      }
      case Condition.Unknown unknown -> {}
    }
  }

  private void action(Action action, String subject) {
    switch (action) {
      case Action.RouteByName route -> template(route.name(), subject);
      case Action.UseServer use -> template(use.server(), subject);
      case Action.Redirect redirect -> template(redirect.to(), subject);
      case Action.SetTarget set -> template(set.value(), subject);
      case Action.ReplaceTarget replace -> template(replace.replacement(), subject);
      case Action.SetMethod set -> template(set.method(), subject);
      case Action.SetHeader set -> template(set.value(), subject);
      case Action.AddHeader add -> template(add.value(), subject);
      case Action.ReplaceHeader replace -> template(replace.replacement(), subject);
      case Action.SetVariable set -> sample(set.value(), subject);
      case Action.SetVariableText set -> template(set.value(), subject);
      case Action.Sequence sequence -> sequence.actions().forEach(one -> action(one, subject));
      case Action.Allow a -> {}
      case Action.Route a -> {}
      case Action.RouteHere a -> {}
      case Action.Respond a -> {}
      case Action.Drop a -> {}
      case Action.DeleteHeader a -> {}
      case Action.DeleteHeaderRegex a -> {}
      case Action.UnsetVariable a -> {}
      case Action.DisableRetry a -> {}
      case Action.NoEffect a -> {}
      case Action.Unknown a -> {}
    }
  }

  private void template(Template template, String subject) {
    for (Template.Part part : template.parts()) {
      switch (part) {
        case Template.Part.Literal literal -> {}
        case Template.Part.Expression expression -> sample(expression.sample(), subject);
        case Template.Part.Unknown unknown -> {}
      }
    }
  }

  private void sample(Sample sample, String subject) {
    if (seen.add(sample.span())) {
      places.add(new Place(subject, sample, Optional.empty()));
    }
  }
}
