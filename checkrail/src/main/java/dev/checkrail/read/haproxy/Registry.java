package dev.checkrail.read.haproxy;

import dev.checkrail.source.NearestWord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The words that HAProxy 2.6.12 knows, as its binary lists them: keywords by section, options,
 * actions by rule set, sample fetches, converters, ACL keywords, parameters of {@code bind} and
 * {@code server}. Read once from a table that {@code checkrail/src/registry/GenerateRegistry.java}
 * writes.
 */
public final class Registry {
  private static final Registry INSTANCE = load();

  /** Groups of words among which {@link #nearest} looks. */
  public enum Group {
    KEYWORD("keyword"),
    OPTION("option"),
    ACTION("action"),
    SECOND("second"),
    BIND("bind"),
    SERVER("server"),
    CRT_LIST("crt-list"),
    FETCH("fetch"),
    CONVERTER("converter"),
    ACL("acl"),
    FILTER("filter"),
    SERVICE("service");

    private final String word;

    Group(String word) {
      this.word = word;
    }
  }

  /** What a kind of section does with a keyword. */
  public enum Acceptance {
    /** It is a keyword of this section. */
    TAKEN,
    /** HAProxy warns and ignores it. */
    IGNORED,
    /** HAProxy knows it but refuses it here. */
    REFUSED,
    /** HAProxy once had it and refuses it now. */
    REMOVED,
    /** HAProxy does not know it here. */
    UNKNOWN
  }

  /** Types of samples (manual 7.3), by the words of HAProxy's listing. */
  public enum Type {
    ANY,
    BOOL,
    SINT,
    ADDR,
    IPV4,
    IPV6,
    STR,
    BIN,
    METH;

    static Type of(String word) {
      return valueOf(word.toUpperCase(java.util.Locale.ROOT));
    }
  }

  /** Places in which a fetch may have a value, in the order of HAProxy's listing. */
  public enum Phase {
    FRONTEND_CONNECTION,
    FRONTEND_SESSION,
    FRONTEND_CONTENT,
    FRONTEND_HTTP_REQUEST_HEADERS,
    FRONTEND_HTTP_REQUEST_BODY,
    FRONTEND_USE_BACKEND,
    BACKEND_CONTENT,
    BACKEND_HTTP_REQUEST_HEADERS,
    BACKEND_HTTP_REQUEST_BODY,
    BACKEND_SERVER_CHOICE,
    BACKEND_SOURCE,
    BACKEND_RESPONSE_CONTENT,
    BACKEND_HTTP_RESPONSE_HEADERS,
    BACKEND_HTTP_RESPONSE_BODY,
    BACKEND_STICK_STORE,
    FRONTEND_RESPONSE_CONTENT,
    FRONTEND_HTTP_RESPONSE_HEADERS,
    FRONTEND_HTTP_RESPONSE_BODY,
    LOG,
    TCP_CHECK,
    CONFIGURATION,
    CLI
  }

  /** A sample fetch. */
  public record Fetch(String name, Type type, Signature signature, Set<Phase> phases) {
    public Fetch {
      phases = Set.copyOf(phases);
    }
  }

  /** A converter. */
  public record Converter(String name, Type input, Type output, Signature signature) {}

  /** An ACL keyword: another name of a fetch, with a match method. */
  public record AclKeyword(String name, String fetch, CriterionText.Match match) {}

  private record Places(Map<String, Acceptance> bySection) {
    private Places {
      bySection = Map.copyOf(bySection);
    }

    Acceptance of(String section) {
      return bySection.getOrDefault(section, Acceptance.UNKNOWN);
    }
  }

  private final Map<String, Places> keywords = new TreeMap<>();
  private final Map<String, Places> options = new TreeMap<>();
  private final Map<String, Places> rules = new TreeMap<>();
  private final Map<String, Set<String>> actions = new TreeMap<>();
  private final Map<String, Set<String>> actionPrefixes = new TreeMap<>();
  private final Map<String, Set<String>> seconds = new TreeMap<>();
  private final Map<String, Map<String, Integer>> parameters = new TreeMap<>();
  private final Map<String, Fetch> fetches = new HashMap<>();
  private final Map<String, Converter> converters = new HashMap<>();
  private final Map<String, AclKeyword> acls = new HashMap<>();
  private final Map<Group, Set<String>> others = new TreeMap<>();

  private Registry() {}

  /** The registry of HAProxy 2.6. */
  public static Registry haproxy26() {
    return INSTANCE;
  }

  // ---- keywords of sections

  /**
   * What a section does with a keyword. An anonymous defaults section takes less than a named one.
   */
  public Acceptance keyword(SectionKind kind, boolean named, String keyword) {
    Places places = keywords.get(keyword);
    return places == null ? Acceptance.UNKNOWN : places.of(sectionWord(kind, named));
  }

  /** The kinds of sections that take a keyword; empty if none does. */
  public List<SectionKind> sectionsTaking(String keyword) {
    Places places = keywords.get(keyword);
    return places == null ? List.of() : taking(places);
  }

  /** What a proxy section does with {@code option NAME}. */
  public Acceptance option(SectionKind kind, boolean named, String option) {
    Places places = options.get(option);
    return places == null ? Acceptance.UNKNOWN : places.of(sectionWord(kind, named));
  }

  /** What a proxy section does with {@code tcp-request content} and its kin. */
  public Acceptance rule(SectionKind kind, boolean named, String rule) {
    Places places = rules.get(rule);
    return places == null ? Acceptance.UNKNOWN : places.of(sectionWord(kind, named));
  }

  private static List<SectionKind> taking(Places places) {
    return Arrays.stream(SectionKind.values())
        .filter(k -> places.of(k.word()) == Acceptance.TAKEN)
        .toList();
  }

  private static String sectionWord(SectionKind kind, boolean named) {
    return kind == SectionKind.DEFAULTS && !named ? "anonymous-defaults" : kind.word();
  }

  /**
   * Whether a keyword with a closed set of second words ({@code timeout}, {@code stats}) has this
   * one.
   */
  public boolean hasSecondWord(String keyword, String second) {
    Set<String> words = seconds.get(keyword);
    int paren = second.indexOf('(');
    return words == null || words.contains(paren < 0 ? second : second.substring(0, paren));
  }

  // ---- actions and parameters

  /**
   * The action that a word names in a rule set ({@code http-request}, {@code tcp-request content}
   * …): the word up to an opening parenthesis, or the prefix it begins with ({@code track-sc} of
   * {@code track-sc0}); empty if there is none. Any {@code lua.NAME} may be one that a script adds.
   */
  public Optional<String> action(String ruleSet, String word) {
    int paren = word.indexOf('(');
    String name = paren < 0 ? word : word.substring(0, paren);
    if (actions.getOrDefault(ruleSet, Set.of()).contains(name)
        || (name.startsWith("lua.") && actions.containsKey(ruleSet))) {
      return Optional.of(name);
    }
    return actionPrefixes.getOrDefault(ruleSet, Set.of()).stream()
        .filter(word::startsWith)
        .max(java.util.Comparator.comparingInt(String::length));
  }

  /** The rule sets that have actions. */
  public Set<String> ruleSets() {
    return actions.keySet();
  }

  /**
   * How many words follow a parameter of a {@code bind} line; -1 if it takes the rest of what it
   * understands ({@code source}); empty if there is no such parameter.
   */
  public Optional<Integer> bindParameter(String name) {
    return Optional.ofNullable(parameters.getOrDefault("bind", Map.of()).get(name));
  }

  /**
   * As {@link #bindParameter}, for {@code server}, {@code default-server} and {@code
   * server-template}.
   */
  public Optional<Integer> serverParameter(String name) {
    return Optional.ofNullable(parameters.getOrDefault("server", Map.of()).get(name));
  }

  // ---- expressions

  /** Takes up to twelve arguments of any kind, as functions of Lua do. */
  private static final Signature LUA =
      new Signature(java.util.Collections.nCopies(12, Signature.Type.STRING), 0);

  /**
   * A sample fetch by its name; case counts. Any {@code lua.NAME} may be one that a script adds.
   */
  public Optional<Fetch> fetch(String name) {
    if (name.startsWith("lua.")) {
      return Optional.of(new Fetch(name, Type.STR, LUA, java.util.EnumSet.allOf(Phase.class)));
    }
    return Optional.ofNullable(fetches.get(name));
  }

  /** A converter by its name. Any {@code lua.NAME} may be one that a script adds. */
  public Optional<Converter> converter(String name) {
    if (name.startsWith("lua.")) {
      return Optional.of(new Converter(name, Type.STR, Type.STR, LUA));
    }
    return Optional.ofNullable(converters.get(name));
  }

  /** An ACL keyword by its name; fetches that are none are not found here. */
  public Optional<AclKeyword> aclKeyword(String name) {
    return Optional.ofNullable(acls.get(name));
  }

  /** All words of a group, sorted. */
  public List<String> words(Group group) {
    return switch (group) {
      case KEYWORD -> List.copyOf(keywords.keySet());
      case OPTION -> List.copyOf(options.keySet());
      case ACTION -> actions.values().stream().flatMap(Set::stream).sorted().distinct().toList();
      case SECOND -> seconds.values().stream().flatMap(Set::stream).sorted().distinct().toList();
      case BIND, SERVER, CRT_LIST ->
          List.copyOf(parameters.getOrDefault(group.word, Map.of()).keySet());
      case FETCH -> fetches.keySet().stream().sorted().toList();
      case CONVERTER -> converters.keySet().stream().sorted().toList();
      case ACL -> acls.keySet().stream().sorted().toList();
      case FILTER, SERVICE -> List.copyOf(others.getOrDefault(group, Set.of()));
    };
  }

  // ---- suggestions

  /** The known word of a group that is nearest to an unknown one, if one is near. */
  public Optional<String> nearest(String word, Group group) {
    return NearestWord.of(word, words(group));
  }

  /** The nearest keyword that a section takes. */
  public Optional<String> nearestKeyword(String word, SectionKind kind, boolean named) {
    return NearestWord.of(
        word,
        keywords.entrySet().stream()
            .filter(e -> e.getValue().of(sectionWord(kind, named)) == Acceptance.TAKEN)
            .map(Map.Entry::getKey)
            .toList());
  }

  /** The nearest action of a rule set. */
  public Optional<String> nearestAction(String word, String ruleSet) {
    return NearestWord.of(word, actions.getOrDefault(ruleSet, Set.of()));
  }

  /** The nearest second word of a keyword. */
  public Optional<String> nearestSecondWord(String word, String keyword) {
    return NearestWord.of(word, seconds.getOrDefault(keyword, Set.of()));
  }

  /** The nearest among words given. */
  public static Optional<String> nearest(String word, Collection<String> known) {
    return NearestWord.of(word, known);
  }

  // ---- loading

  private static Registry load() {
    Registry registry = new Registry();
    try (InputStream in =
        Objects.requireNonNull(Registry.class.getResourceAsStream("haproxy-2.6.tsv"))) {
      String table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      table.lines().filter(l -> !l.startsWith("#")).forEach(l -> registry.row(l.split("\t", -1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return registry;
  }

  private void row(String[] cells) {
    switch (cells[0]) {
      case "keyword" -> keywords.put(cells[1], places(cells));
      case "option" -> options.put(cells[1], places(cells));
      case "rule" -> rules.put(cells[1], places(cells));
      case "action" -> {
        boolean prefix = cells[2].endsWith("*");
        String name = prefix ? cells[2].substring(0, cells[2].length() - 1) : cells[2];
        add(actions, cells[1], name);
        if (prefix) {
          add(actionPrefixes, cells[1], name);
        }
      }
      case "second" -> add(seconds, cells[1], cells[2]);
      case "bind", "server", "crt-list" ->
          parameters
              .computeIfAbsent(cells[0], k -> new TreeMap<>())
              .put(cells[1], Integer.valueOf(cells[2]));
      case "fetch" ->
          fetches.put(
              cells[1],
              new Fetch(cells[1], Type.of(cells[2]), Signature.of(cells[3]), phases(cells[4])));
      case "converter" ->
          converters.put(
              cells[1],
              new Converter(
                  cells[1], Type.of(cells[2]), Type.of(cells[3]), Signature.of(cells[4])));
      case "acl" ->
          acls.put(
              cells[1],
              new AclKeyword(cells[1], cells[2], CriterionText.Match.of(cells[3]).orElseThrow()));
      case "filter" ->
          others.computeIfAbsent(Group.FILTER, k -> new java.util.TreeSet<>()).add(cells[1]);
      case "service" ->
          others.computeIfAbsent(Group.SERVICE, k -> new java.util.TreeSet<>()).add(cells[1]);
      default -> throw new IllegalStateException("unknown row in registry: " + cells[0]);
    }
  }

  private static void add(Map<String, Set<String>> map, String key, String word) {
    map.computeIfAbsent(key, k -> new java.util.TreeSet<>()).add(word);
  }

  private static Places places(String[] cells) {
    Map<String, Acceptance> bySection = new HashMap<>();
    Acceptance[] columns = {
      Acceptance.TAKEN, Acceptance.IGNORED, Acceptance.REFUSED, Acceptance.REMOVED
    };
    for (int i = 0; i < columns.length; i++) {
      for (String section : cells[i + 2].split(",", -1)) {
        if (!section.isEmpty()) {
          bySection.put(section, columns[i]);
        }
      }
    }
    return new Places(bySection);
  }

  private static Set<Phase> phases(String flags) {
    Set<Phase> phases = java.util.EnumSet.noneOf(Phase.class);
    int column = 0;
    for (Phase phase : Phase.values()) {
      if (flags.charAt(column++) == 'Y') {
        phases.add(phase);
      }
    }
    return phases;
  }
}
