package dev.checkrail.change;

import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All files that one configuration is made of, with their bytes, and the digest that names the
 * whole. What is approved, kept, applied, found on a disk or gone back to is such a set.
 *
 * <p>A file's place is where the running load balancer reads it, so that a candidate that lies in a
 * folder of its own has the same digest before and after it was put in place. A file that was
 * looked up and is not there is a part of the set, too: were it there, the configuration would be
 * another.
 *
 * @param main configuration files in load order, without the marker file
 * @param referenced maps, lists, error files, certificates and all else that was looked up, by path
 */
public record ConfigurationSet(List<Item> main, List<Item> referenced) {
  public ConfigurationSet {
    main = List.copyOf(main);
    referenced = List.copyOf(referenced);
    Set<String> paths = new HashSet<>();
    Stream.concat(main.stream(), referenced.stream())
        .map(Item::path)
        .filter(path -> !paths.add(path))
        .findFirst()
        .ifPresent(path -> {
          throw new IllegalArgumentException(path + " stands twice in a set of files");
        });
  }

  /**
   * A file of the set.
   *
   * @param path where the load balancer reads it; absolute
   * @param content empty if there is none, or if it can't be read
   */
  public record Item(String path, Optional<SourceFile> content) {
    /** A file with these bytes. */
    public static Item of(String path, byte[] bytes) {
      return new Item(path, Optional.of(SourceFile.of(path, bytes)));
    }

    /** A file that is not there. */
    public static Item absent(String path) {
      return new Item(path, Optional.empty());
    }

    /** SHA-256 of its bytes in hexadecimal; empty if it is not there. */
    public Optional<String> sha256() {
      return content.map(file -> ConfigurationSet.sha256(file.bytes()));
    }
  }

  /** The main files, then the referenced ones. */
  public List<Item> items() {
    List<Item> items = new ArrayList<>(main);
    items.addAll(referenced);
    return List.copyOf(items);
  }

  /** The file at a place. */
  public Optional<Item> item(String path) {
    return items().stream().filter(item -> item.path().equals(path)).findFirst();
  }

  /** These files and no others, for reading. */
  public Files files() {
    List<Item> items = items();
    return new Files(path ->
        items.stream()
            .filter(item -> item.path().equals(path))
            .flatMap(item -> item.content().stream())
            .findFirst()
            .<Files.Lookup>map(Files.Lookup.Found::new)
            .orElse(new Files.Lookup.Absent(path)));
  }

  /** Paths of the main files in load order. */
  public List<String> mainPaths() {
    return main.stream().map(Item::path).toList();
  }

  /** SHA-256 of the {@link #manifest}, in hexadecimal: the name of this version. */
  public String digest() {
    return sha256(manifest().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * One line for each file: {@code main} (in load order) or {@code file} (in order of paths), its
   * SHA-256 or {@code absent}, its path. Small enough to be checked by a shell script.
   */
  public String manifest() {
    StringBuilder text = new StringBuilder("checkrail configuration 1\n");
    main.forEach(item -> line(text, "main", item));
    referenced.stream()
        .sorted(Comparator.comparing(Item::path))
        .forEach(item -> line(text, "file", item));
    return text.toString();
  }

  private static void line(StringBuilder text, String role, Item item) {
    text.append(role)
        .append(' ')
        .append(item.sha256().orElse("absent"))
        .append(' ')
        .append(item.path().replace("\\", "\\\\").replace("\n", "\\n"))
        .append('\n');
  }

  /** SHA-256 in hexadecimal. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
