package dev.checkrail.prove;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Converter;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.MapTable;
import dev.checkrail.model.Match;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Template;
import dev.checkrail.policy.HostPattern;
import dev.checkrail.policy.PathGlob;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.RequestSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Words that stand in the policy and in the configurations, by the field they are compared with:
 * what witnesses are made of, so that people recognise their own hosts and paths.
 */
final class Dictionary {
  private static final int MOST = 20_000;
  private final Map<Field, LinkedHashSet<String>> words = new TreeMap<>();

  Dictionary(List<Configuration> configurations, Policy policy) {
    add(Field.PATH, "/");
    for (String method : List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")) {
      add(Field.METHOD, method);
    }
    add(Field.VERSION, "1.1");
    add(Field.QUERY, Field.ABSENT);
    for (String address : List.of("203.0.113.7", "192.0.2.10", "10.0.0.7", "2001:db8::7")) {
      add(Field.SOURCE, address);
    }
    policy.services().forEach(service -> requests(service.requests()));
    policy.invariants().forEach(invariant -> requests(invariant.requests()));
    for (Configuration configuration : configurations) {
      configuration.frontends().forEach(frontend -> frontend.rules().forEach(this::rules));
      configuration.pools().forEach(pool -> pool.rules().forEach(this::rules));
    }
    add(Field.HOST, "www.example.com");
    add(Field.HOST, "example.com");
  }

  private void add(Field field, String word) {
    LinkedHashSet<String> list = words.computeIfAbsent(field, f -> new LinkedHashSet<>());
    if (list.size() < MOST) {
      list.add(word);
    }
  }

  /** The words for a field, the best first. */
  List<String> of(Field field) {
    List<String> result = new ArrayList<>();
    if (field.kind() == Field.Kind.HEADER) {
      result.add(Field.ABSENT);
    }
    result.addAll(words.getOrDefault(field, new LinkedHashSet<>()));
    if (field.equals(Field.header("content-length"))) {
      // Lengths of every size: a text that is no number is refused before any rule.
      result.add("0");
      for (long power = 1; power < 1L << 50; power *= 2) {
        result.add(Long.toString(power));
        result.add(Long.toString(power + 1));
      }
      for (long power = 10; power < 1_000_000_000_000_000L; power *= 10) {
        result.add(Long.toString(power));
        result.add(Long.toString(power + 1));
      }
    }
    if (field.kind() == Field.Kind.SERVER_NAME) {
      result.addAll(words.getOrDefault(Field.HOST, new LinkedHashSet<>()));
    }
    return result;
  }

  private void requests(RequestSet set) {
    for (RequestSet.Part part : set.parts()) {
      if (part instanceof RequestSet.Clause clause) {
        for (HostPattern host : clause.hosts()) {
          add(Field.HOST, host.under() ? "www." + host.name() : host.name());
        }
        for (PathGlob path : clause.paths()) {
          add(Field.PATH, concrete(path));
        }
        clause.methods().forEach(method -> add(Field.METHOD, method));
        for (RequestSet.HeaderTest test : clause.headers()) {
          if (test instanceof RequestSet.HeaderIs is) {
            is.values().forEach(value -> add(Field.header(is.name()), value));
          }
        }
      }
    }
  }

  private static String concrete(PathGlob glob) {
    StringBuilder path = new StringBuilder();
    for (PathGlob.Step step : glob.steps()) {
      switch (step) {
        case PathGlob.Literal literal -> path.append('/').append(literal.segment());
        case PathGlob.Segment segment -> path.append("/1");
        case PathGlob.Depth depth -> {}
      }
    }
    return path.isEmpty() ? "/" : path.toString();
  }

  private void rules(RuleSet set) {
    for (Rule rule : set.rules()) {
      condition(rule.when());
      if (rule.then() instanceof Action.SetVariable variable) {
        sample(variable.value());
      }
      if (rule.then() instanceof Action.RouteByName byName) {
        for (Template.Part part : byName.name().parts()) {
          if (part instanceof Template.Part.Expression expression) {
            sample(expression.sample());
          }
        }
      }
    }
  }

  private void condition(Condition condition) {
    switch (condition) {
      case Condition.Always always -> {}
      case Condition.All all -> all.parts().forEach(this::condition);
      case Condition.Any any -> any.parts().forEach(this::condition);
      case Condition.Not not -> condition(not.part());
      case Condition.Named named -> condition(named.definition());
      case Condition.Unknown unknown -> {}
      case Condition.Test test -> {
        sample(test.sample());
        if (test.match() instanceof Match.Text text) {
          for (String pattern : text.patterns()) {
            example(test.sample().fetch(), text.kind(), pattern);
          }
        } else if (test.match() instanceof Match.Addresses addresses) {
          if (test.sample().fetch() instanceof Fetch.SourceAddress) {
            addresses.networks().forEach(network -> network(Field.SOURCE, network));
          } else if (test.sample().fetch() instanceof Fetch.Header header) {
            Field field = Field.header(header.name());
            addresses.networks().forEach(network -> network(field, network));
          }
        }
      }
    }
  }

  /** Addresses inside of a network, early and late ones, rather than the network's own. */
  private void network(Field field, Match.Network network) {
    String address = network.address();
    if (network.prefix() <= 28 && address.endsWith(".0")) {
      add(field, address.substring(0, address.length() - 1) + "7");
      if (network.prefix() <= 24) {
        Addresses.parse(address).ifPresent(bytes -> add(field, late(bytes, network.prefix())));
      }
    }
    add(field, address);
  }

  private static String late(String bytes, int prefix) {
    StringBuilder address = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      int open = 0xff >> Math.max(0, Math.min(8, prefix - 8 * i));
      address.append(bytes.charAt(i) | open).append('.');
    }
    return address.append(7).toString();
  }

  private void sample(Sample sample) {
    for (Converter converter : sample.converters()) {
      if (converter instanceof Converter.Map map) {
        for (MapTable.Entry entry : map.table().entries()) {
          Match.Kind kind =
              map.table().kind() == MapTable.Kind.SUFFIX
                      || map.table().kind() == MapTable.Kind.DOMAIN
                  ? Match.Kind.SUFFIX
                  : Match.Kind.PREFIX;
          example(sample.fetch(), kind, entry.key());
        }
      }
    }
  }

  private void example(Fetch fetch, Match.Kind kind, String pattern) {
    switch (fetch) {
      case Fetch.Method method -> add(Field.METHOD, pattern);
      case Fetch.Header header when header.name().equals("host") -> {
        boolean part = kind == Match.Kind.SUFFIX || kind == Match.Kind.DOMAIN;
        if (part) {
          add(Field.HOST, pattern.startsWith(".") ? "www" + pattern : pattern);
        } else {
          add(Field.HOST, pattern);
        }
      }
      case Fetch.Header header -> add(Field.header(header.name()), pattern);
      case Fetch.Base base -> {
        int slash = pattern.indexOf('/');
        add(Field.HOST, slash < 0 ? pattern : pattern.substring(0, slash));
        if (slash >= 0) {
          add(Field.PATH, pattern.substring(slash));
        }
      }
      case Fetch.TerminatedServerName name -> add(Field.SERVER_NAME, pattern);
      case Fetch.GreetingServerName name -> add(Field.GREETING, "\u0001" + pattern);
      case Fetch.Path path -> path(kind, pattern);
      case Fetch.PathAndQuery path -> path(kind, cut(pattern));
      case Fetch.Url url -> path(kind, cut(pattern));
      case Fetch.Query query -> add(Field.QUERY, pattern);
      case Fetch.UrlParameter parameter -> add(Field.QUERY, parameter.name() + "=" + pattern);
      case Fetch.Cookie cookie -> add(Field.header("cookie"), cookie.name() + "=" + pattern);
      case Fetch.HttpVersion version -> {}
      case Fetch.HeaderCount count -> {}
      case Fetch.CookieCount count -> {}
      case Fetch.SourceAddress source -> {}
      case Fetch.SourcePort port -> {}
      case Fetch.DestinationAddress address -> {}
      case Fetch.DestinationPort port -> {}
      case Fetch.Tls tls -> {}
      case Fetch.GreetingType type -> {}
      case Fetch.Variable variable -> {}
      case Fetch.Random random -> {}
      case Fetch.TextConstant constant -> {}
      case Fetch.NumberConstant constant -> {}
      case Fetch.FlagConstant constant -> {}
      case Fetch.UsableServers servers -> {}
      case Fetch.Authenticated authenticated -> {}
      case Fetch.AuthenticatedUser user -> {}
      case Fetch.Unknown unknown -> {}
    }
  }

  private static String cut(String text) {
    int mark = text.indexOf('?');
    return mark < 0 ? text : text.substring(0, mark);
  }

  private void path(Match.Kind kind, String pattern) {
    switch (kind) {
      case EXACT, PREFIX -> add(Field.PATH, pattern);
      case PATH_SEGMENT, DOMAIN, SUBSTRING ->
          add(Field.PATH, pattern.startsWith("/") ? pattern : "/" + pattern);
      case SUFFIX -> {
        add(Field.PATH, pattern.startsWith("/") ? pattern : "/" + pattern);
        add(Field.PATH, "/a" + pattern);
      }
    }
  }
}
