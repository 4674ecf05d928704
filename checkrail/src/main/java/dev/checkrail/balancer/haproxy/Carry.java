package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.Deviation;
import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Table;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Edits;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.Word;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes what was changed in memory into the files; touches nothing else of them. */
final class Carry {
  private Carry() {}

  static Optional<ConfigurationSet> into(
      ReadReport read, ConfigurationSet set, Deviation deviation) {
    return switch (deviation) {
      case Deviation.ServerAdmin one ->
          switch (one.admin()) {
            case MAINT -> disabled(read, set, one.server());
            case READY, DRAIN -> Optional.empty();
          };
      case Deviation.ServerWeight one ->
          parameter(read, set, one.server(), "weight", String.valueOf(one.weight()));
      case Deviation.OtherValue one -> value(read, set, one);
      case Deviation.TableEntries one ->
          one.table().kind() == Table.Kind.PATTERNS
              ? patterns(read, set, one)
              : table(read, set, one);
      case Deviation.ServerAddress one -> Optional.empty();
      case Deviation.ServerSet one -> Optional.empty();
      case Deviation.OtherCertificate one -> Optional.empty();
      case Deviation.ListenerClosed one -> Optional.empty();
    };
  }

  private static Optional<ConfigurationSet> disabled(
      ReadReport read, ConfigurationSet set, ServerName server) {
    return server(read, server)
        .map(line -> {
          Word last = line.args().getLast();
          Edits edits = new Edits(read.tree()).replaceRaw(last, last.raw() + " disabled");
          return with(set, edits.print());
        });
  }

  /** Only a limit of a server: what is switched off in memory a file can only leave out. */
  private static Optional<ConfigurationSet> value(
      ReadReport read, ConfigurationSet set, Deviation.OtherValue one) {
    Optional<ServerName> server = one.value().server();
    return server.isPresent() && one.value().name().equals(Limits.MAXCONN)
        ? parameter(read, set, server.get(), Limits.MAXCONN, one.value().value())
        : Optional.empty();
  }

  /** Words whose pattern is gone go, new ones come behind the others. */
  private static Optional<ConfigurationSet> patterns(
      ReadReport read, ConfigurationSet set, Deviation.TableEntries one) {
    Optional<Written> found =
        Written.in(read).stream()
            .filter(written -> written.name().equals(one.subject()))
            .filter(written -> written.criterion().filter(Written::hasOperators).isEmpty())
            .findFirst();
    Optional<List<Word>> words = found.flatMap(Written::words);
    if (words.isEmpty()) {
      return Optional.empty();
    }
    List<String> wanted = new ArrayList<>(one.table().entries().stream().map(Entry::key).toList());
    List<String> raw = new ArrayList<>();
    for (Word word : words.get()) {
      if (wanted.remove(word.value())) {
        raw.add(word.raw());
      }
    }
    boolean first = raw.isEmpty(); // there flags and converters could be meant
    boolean ends = wanted.stream().anyMatch(text -> text.isEmpty() || text.equals("}"));
    if (first || ends) {
      return Optional.empty();
    }
    wanted.forEach(text -> raw.add(Edits.quote(text)));
    Word from = words.get().getFirst();
    Word to = words.get().getLast();
    return Optional.of(
        with(set, new Edits(read.tree()).replaceRaw(from, to, String.join(" ", raw)).print()));
  }

  private static Optional<ConfigurationSet> parameter(
      ReadReport read, ConfigurationSet set, ServerName server, String name, String value) {
    return server(read, server)
        .map(line -> {
          Edits edits = new Edits(read.tree());
          List<Word> args = line.args();
          for (int i = 2; i + 1 < args.size(); i++) {
            if (args.get(i).is(name)) {
              return with(set, edits.replace(args.get(i + 1), value).print());
            }
          }
          Word last = args.getLast();
          return with(set, edits.replaceRaw(last, last.raw() + " " + name + " " + value).print());
        });
  }

  /** The line of a server, if it has one of its own (one of a template has none). */
  private static Optional<Directive> server(ReadReport read, ServerName name) {
    return read.tree()
        .sections()
        .filter(section -> section.title().equals(name.pool()))
        .flatMap(Section::activeDirectives)
        .filter(line -> line.is("server") && line.arg(0).equals(name.server()))
        .findFirst();
  }

  private static ConfigurationSet with(ConfigurationSet set, Map<String, String> texts) {
    List<Item> main =
        set.main().stream()
            .map(item -> {
              String text = texts.get(item.path());
              return text == null
                  ? item
                  : Item.of(item.path(), text.getBytes(StandardCharsets.ISO_8859_1));
            })
            .toList();
    return new ConfigurationSet(main, set.referenced());
  }

  /** Lines whose entry is gone go, new entries come at the end; comments stay. */
  private static Optional<ConfigurationSet> table(
      ReadReport read, ConfigurationSet set, Deviation.TableEntries one) {
    Optional<Item> item =
        read.configuration().files().stream()
            .filter(file -> file.path().equals(one.table().path()))
            .filter(file ->
                file.kind() == ReferencedFile.Kind.MAP || file.kind() == ReferencedFile.Kind.LIST)
            .findFirst()
            .flatMap(file -> Expected.item(set, file));
    if (item.isEmpty() || item.get().content().isEmpty()) {
      return Optional.empty();
    }
    Table.Kind kind = one.table().kind();
    boolean changed = false;
    Map<Entry, Integer> wanted = new LinkedHashMap<>();
    one.table().entries().forEach(entry -> wanted.merge(entry, 1, Integer::sum));
    StringBuilder text = new StringBuilder();
    for (String line : item.get().content().get().text().split("(?<=\n)", -1)) {
      List<Entry> entry = Tables.inFile(line, kind);
      if (entry.isEmpty() || wanted.merge(entry.getFirst(), -1, Integer::sum) >= 0) {
        text.append(line);
      } else {
        changed = true;
      }
    }
    if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
      text.append('\n');
    }
    for (Map.Entry<Entry, Integer> entry : wanted.entrySet()) {
      for (int i = entry.getValue(); i > 0; i--) {
        text.append(entry.getKey()).append('\n');
        changed = true;
      }
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    List<Item> referenced =
        set.referenced().stream()
            .map(other ->
                other.path().equals(item.get().path()) ? Item.of(other.path(), bytes) : other)
            .toList();
    return changed ? Optional.of(new ConfigurationSet(set.main(), referenced)) : Optional.empty();
  }
}
