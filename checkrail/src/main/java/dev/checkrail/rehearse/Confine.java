package dev.checkrail.rehearse;

import dev.checkrail.read.haproxy.ConfigFile;
import dev.checkrail.read.haproxy.CriterionText;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Line;
import dev.checkrail.read.haproxy.Parameter;
import dev.checkrail.read.haproxy.ParseHaproxy;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.rehearse.Neutralise.Purpose;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where no namespace keeps HAProxy in, its configuration must. This reads the finished text of a
 * copy anew and finds all that could still speak to anybody but our own stubs, whatever {@link
 * Neutralise} meant to do about it. Of a copy that is only checked these are names, which HAProxy
 * looks up while it reads them.
 */
final class Confine {
  /** How many places one message names. */
  private static final int MOST = 5;

  private static final Set<SectionKind> SPEAKING =
      Set.of(SectionKind.RESOLVERS, SectionKind.MAILERS);

  private static final Set<SectionKind> SPEAKING_RUN =
      Set.of(SectionKind.RING, SectionKind.LOG_FORWARD, SectionKind.PROGRAM);

  private static final Set<String> GLOBAL_RUN = words("log stats external-check ssl-engine");

  private static final Set<String> PROXY_RUN =
      words("dispatch transparent source usesrc use-fcgi-app email-alert external-check");

  private static final Set<String> OPTION_RUN = words("external-check transparent http_proxy");

  private static final Set<String> FILTER = words("spoe opentracing fcgi-app");

  /** Parameters of a server that name another place than its own. */
  private static final Set<String> SERVER = words("addr agent-addr source usesrc socks4 resolvers");

  private static final Set<String> SERVER_RUN =
      words("port agent-check agent-port check-via-socks4 namespace init-addr");

  private final List<SourceFile> read;
  private final Purpose purpose;
  private final Set<String> ours;
  private final Set<String> open = new LinkedHashSet<>();

  private Confine(Original original, Purpose purpose, Set<Endpoint> ours) {
    this.read =
        original.files().asked().stream()
            .flatMap(lookup ->
                lookup instanceof Files.Lookup.Found found
                    ? Stream.of(found.file())
                    : Stream.empty())
            .toList();
    this.purpose = purpose;
    this.ours = ours.stream().map(Endpoint::toString).collect(Collectors.toSet());
  }

  /**
   * What is open, each with its place; empty if nothing can get out.
   *
   * @param texts of the copy's files
   * @param ours where its listeners and servers may be
   */
  static List<String> open(
      Original original, Map<String, String> texts, Purpose purpose, Set<Endpoint> ours) {
    Confine confine = new Confine(original, purpose, ours);
    List<SourceFile> files =
        texts.entrySet().stream()
            .map(text ->
                SourceFile.of(text.getKey(), text.getValue().getBytes(StandardCharsets.ISO_8859_1)))
            .toList();
    HaproxyTree copy = ParseHaproxy.parse(files, original.read().tree().target()).tree();
    copy.files().forEach(confine::file);
    List<String> all = List.copyOf(confine.open);
    return all.size() <= MOST
        ? all
        : Stream.concat(
                all.subList(0, MOST).stream(), Stream.of((all.size() - MOST) + " more places"))
            .toList();
  }

  private static final String LOOKED_UP = "HAProxy asks for the address of a name";

  private static Set<String> words(String text) {
    return Set.of(text.split(" ", -1));
  }

  private boolean runs() {
    return purpose == Purpose.RUN;
  }

  private void add(String place, String text, String why) {
    open.add(place + " " + text + ": " + why);
  }

  private void add(Directive directive, String why) {
    String first = directive.arg(0);
    boolean shown = first.matches("[\\w.:/*@%()\\[\\]-]{1,60}");
    add(
        Neutralise.place(directive.line()),
        directive.keyword().value() + (shown ? " " + first : ""),
        why);
  }

  private void file(ConfigFile file) {
    for (Line line : file.lines()) {
      boolean comes =
          line.kind() == Line.Kind.BROKEN
              || (!line.active()
                  && line.kind() != Line.Kind.BLANK
                  && line.kind() != Line.Kind.COMMENT);
      if (runs() && comes) {
        add(Neutralise.place(line), "this line", "HAProxy may read it otherwise than Checkrail");
      }
    }
    file.sections().stream().filter(Section::active).forEach(this::section);
  }

  private void section(Section section) {
    if (SPEAKING.contains(section.kind()) || (runs() && SPEAKING_RUN.contains(section.kind()))) {
      add(Neutralise.place(section.header()), section.label(), "it speaks to others");
      return;
    }
    section.activeDirectives().forEach(directive -> directive(section, directive));
  }

  private void directive(Section section, Directive directive) {
    String keyword = directive.keyword().value();
    switch (section.kind()) {
      case GLOBAL -> {
        boolean speaks =
            keyword.startsWith("lua-load")
                || (runs() && (GLOBAL_RUN.contains(keyword) || keyword.startsWith("httpclient.")));
        if (speaks) {
          add(directive, "it speaks to others");
        } else if (keyword.equals("log")) {
          address(directive, directive.arg(0));
        }
      }
      case DEFAULTS, FRONTEND, BACKEND, LISTEN -> proxy(directive, keyword);
      case PEERS -> {
        if (!keyword.equals("table")) {
          add(directive, "it speaks to others");
        }
      }
      case RING, LOG_FORWARD, FCGI_APP -> {
        boolean first = Set.of("bind", "dgram-bind", "log", "log-stderr").contains(keyword);
        if (first && !(runs() && directive.arg(0).equals("global"))) {
          address(directive, directive.arg(0));
        } else if (keyword.equals("server")) {
          address(directive, directive.arg(1));
          parameters(directive);
        } else if (keyword.equals("backing-file")) {
          add(directive, "it writes a file of the machine");
        }
        AddressPatterns.of(directive).forEach(criterion -> criterion(directive, criterion));
      }
      case CACHE, USERLIST, HTTP_ERRORS, NAMESPACE_LIST, RESOLVERS, MAILERS, PROGRAM -> {}
    }
  }

  private void proxy(Directive directive, String keyword) {
    switch (keyword) {
      case "bind" -> {
        for (String address : directive.arg(0).split(",", -1)) {
          address(directive, address);
        }
      }
      case "server" -> {
        address(directive, directive.arg(1));
        parameters(directive);
      }
      case "server-template" -> {
        address(directive, directive.arg(2));
        parameters(directive);
      }
      case "default-server" -> parameters(directive);
      case "log" -> {
        if (directive.prefix() == Directive.Prefix.NONE && !directive.arg(0).equals("global")) {
          if (runs()) {
            add(directive, "it speaks to others");
          } else {
            address(directive, directive.arg(0));
          }
        }
      }
      case "http-check", "tcp-check" -> {
        if (directive.arg(0).equals("connect")) {
          String to = after(directive, "addr");
          if (runs()) {
            add(directive, "it may connect elsewhere");
          } else if (!to.isEmpty()) {
            address(directive, to);
          }
        }
      }
      case "source", "dispatch" -> {
        if (!runs()) {
          address(directive, directive.arg(0));
          String client = after(directive, "usesrc");
          if (!client.isEmpty() && !client.startsWith("client") && !client.startsWith("hdr_ip(")) {
            address(directive, client);
          }
        }
      }
      default -> {}
    }
    boolean asks =
        Stream.of(directive.arg(0), directive.arg(1))
            .anyMatch(word ->
                word.startsWith("do-resolve")
                    || word.startsWith("send-spoe-group")
                    || word.startsWith("ot-group")
                    || word.startsWith("lua."));
    if ((keyword.endsWith("-request") || keyword.endsWith("-response")) && asks
        || keyword.equals("filter") && FILTER.contains(directive.arg(0)) && runs()
        || keyword.equals("option") && OPTION_RUN.contains(directive.arg(0)) && runs()
        || PROXY_RUN.contains(keyword) && runs()) {
      add(directive, "it speaks to others");
    }
    AddressPatterns.of(directive).forEach(criterion -> criterion(directive, criterion));
  }

  private static String after(Directive directive, String word) {
    List<String> words = directive.args().stream().map(Word::value).toList();
    int at = words.indexOf(word);
    return at >= 0 && at + 1 < words.size() ? words.get(at + 1) : "";
  }

  /** Of a copy that runs, an address must be one of ours; else it must be no name. */
  private void address(Directive directive, String address) {
    if (runs()) {
      if (!ours.contains(address)) {
        add(directive, "the address " + address + " could not be replaced");
      }
    } else if (!Neutralise.literal(address)) {
      add(directive, LOOKED_UP);
    }
  }

  private void parameters(Directive directive) {
    for (Parameter parameter : Parameter.ofServer(directive)) {
      String name = parameter.name().value();
      if (runs() && (SERVER.contains(name) || SERVER_RUN.contains(name) || !parameter.known())) {
        add(directive, "'" + name + "' names another place");
      } else if (SERVER.contains(name)
          && !name.equals("resolvers")
          && !Neutralise.literal(parameter.value())) {
        add(directive, LOOKED_UP);
      }
    }
  }

  private void criterion(Directive directive, CriterionText criterion) {
    if (!AddressPatterns.names(criterion).isEmpty()) {
      add(directive, LOOKED_UP);
    }
    for (Word path : criterion.files()) {
      // The copy's path is the original one behind the copy's folder, or that itself.
      List<SourceFile> found =
          read.stream()
              .filter(
                  file -> path.value().endsWith(file.path()) || file.path().endsWith(path.value()))
              .toList();
      if (found.isEmpty()) {
        add(directive, "its file was not read");
      }
      if (found.stream().anyMatch(file -> AddressPatterns.hasName(criterion, file.text()))) {
        add(directive, LOOKED_UP);
      }
    }
  }
}
