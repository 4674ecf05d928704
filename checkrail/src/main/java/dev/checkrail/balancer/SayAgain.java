package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Table;
import dev.checkrail.balancer.RunningState.Value;
import dev.checkrail.change.ConfigurationSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What the old worker held in memory and was chosen to be kept: written down before the reload, so
 * that a crash in between does not lose it, and said to the new worker as soon as that serves.
 */
final class SayAgain {
  private SayAgain() {}

  /** Writes down what is to be said; to be called before the reload is ordered. */
  static void write(Versions versions, List<Deviation> kept) throws BalancerException {
    StringBuilder text = new StringBuilder();
    for (Deviation one : kept) {
      switch (one) {
        case Deviation.ServerAdmin s -> line(text, "state", s.subject(), s.admin().name());
        case Deviation.ServerWeight s ->
            line(text, "weight", s.subject(), String.valueOf(s.weight()));
        case Deviation.TableEntries t -> {
          List<String> words = new ArrayList<>(List.of(t.table().kind().name(), t.table().path()));
          for (Entry entry : t.table().entries()) {
            words.add(entry.key());
            words.add(entry.value().map(value -> "=" + value).orElse(""));
          }
          line(text, "table", words.toArray(String[]::new));
        }
        case Deviation.OtherValue v ->
            line(text, "value", v.value().of(), v.value().name(), v.value().value());
        case Deviation.ServerAddress s -> line(text, "other", s.text());
        case Deviation.ServerSet s -> line(text, "other", s.text());
        case Deviation.OtherCertificate c -> line(text, "other", c.text());
        case Deviation.ListenerClosed l -> line(text, "other", l.text());
      }
    }
    Disk.putOurs(place(versions), text.toString().getBytes(UTF_8));
  }

  /** Says what was written down, and forgets it. Answers what could not be said. */
  static List<String> to(Driver driver, Versions versions, ConfigurationSet loaded)
      throws BalancerException {
    List<String> notes = new ArrayList<>();
    Optional<byte[]> bytes = Disk.read(place(versions));
    if (bytes.isEmpty()) {
      return notes;
    }
    for (String line : new String(bytes.get(), UTF_8).lines().toList()) {
      List<String> words = words(line);
      try {
        say(driver, loaded, words, notes);
      } catch (BalancerException e) {
        notes.add(
            "not kept: "
                + String.join(" ", words.subList(0, Math.min(3, words.size())))
                + " ("
                + e.getMessage()
                + ")");
      }
    }
    Disk.delete(place(versions));
    return notes;
  }

  private static void say(
      Driver driver, ConfigurationSet loaded, List<String> words, List<String> notes)
      throws BalancerException {
    switch (words.get(0)) {
      case "state" -> driver.admin(ServerName.of(words.get(1)), Admin.valueOf(words.get(2)));
      case "weight" -> driver.weight(ServerName.of(words.get(1)), Integer.parseInt(words.get(2)));
      case "value" ->
          driver.value(new Value(words.get(1), words.get(2), words.get(3), Optional.empty()));
      case "table" -> {
        Table.Kind kind = Table.Kind.valueOf(words.get(1));
        List<Entry> entries = new ArrayList<>();
        for (int i = 3; i + 1 < words.size(); i += 2) {
          String value = words.get(i + 1);
          entries.add(
              new Entry(
                  words.get(i),
                  value.isEmpty() ? Optional.empty() : Optional.of(value.substring(1))));
        }
        driver.entries(new Table(kind, words.get(2), place(driver, loaded, words), entries));
      }
      case String other -> {
        // Only a state file brings it over; whether it did is seen.
        String text = words.get(1);
        boolean holds =
            Deviation.between(driver.expected(loaded), driver.running()).stream()
                .anyMatch(one -> one.text().equals(text));
        if (!holds) {
          notes.add("not kept: " + text);
        }
      }
    }
  }

  /** Where patterns stand in the files that were loaded, which may have other lines. */
  private static Optional<String> place(
      Driver driver, ConfigurationSet loaded, List<String> words) {
    return words.get(1).equals(Table.Kind.PATTERNS.name())
        ? driver.expected(loaded).tables().stream()
            .filter(table -> table.kind() == Table.Kind.PATTERNS)
            .filter(table -> table.path().equals(words.get(2)))
            .findFirst()
            .flatMap(Table::place)
        : Optional.empty();
  }

  private static Path place(Versions versions) {
    return versions.folder().resolve("kept-state");
  }

  private static void line(StringBuilder text, String what, String... words) {
    text.append(what);
    for (String word : words) {
      text.append(' ').append(Base64.getEncoder().encodeToString(word.getBytes(UTF_8)));
    }
    text.append('\n');
  }

  private static List<String> words(String line) {
    String[] words = line.split(" ", -1);
    List<String> decoded = new ArrayList<>(List.of(words[0]));
    for (int i = 1; i < words.length; i++) {
      decoded.add(new String(Base64.getDecoder().decode(words[i]), UTF_8));
    }
    return decoded;
  }
}
