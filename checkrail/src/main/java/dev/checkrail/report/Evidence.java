package dev.checkrail.report;

import dev.checkrail.source.Files;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * The content of an evidence folder: what was found, as JSON, and a manifest with the SHA-256
 * digests of these files and of all input files. Inputs aren't copied into it: they may hold
 * secrets. Who has this object writes the files; here nothing is written.
 */
public record Evidence(List<Piece> pieces, List<Input> inputs) {
  public Evidence {
    pieces = List.copyOf(pieces);
    inputs = List.copyOf(inputs);
  }

  /** Nothing yet. */
  public static Evidence empty() {
    return new Evidence(List.of(), List.of());
  }

  /**
   * One file of the folder.
   *
   * @param name plain file name
   * @param text its content
   */
  public record Piece(String name, String text) {
    public Piece {
      if (!name.matches("[a-z0-9][a-z0-9.-]*")) {
        throw new IllegalArgumentException("not a plain file name: " + name);
      }
    }

    /** Its content as UTF-8. */
    public byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * A file that was asked for.
   *
   * @param role {@code old}, {@code new}, {@code policy}
   * @param sha256 in hexadecimal; {@code absent} or {@code unreadable} if there was nothing to read
   */
  public record Input(String role, String path, String sha256) {}

  /** The same with one more file. */
  public Evidence with(String name, String text) {
    List<Piece> more = new ArrayList<>(pieces);
    more.add(new Piece(name, text));
    return new Evidence(more, inputs);
  }

  /** The same with all files that one configuration asked for. */
  public Evidence withInputs(String role, List<Files.Lookup> asked) {
    List<Input> more = new ArrayList<>(inputs);
    for (Files.Lookup lookup : asked) {
      more.add(input(role, lookup));
    }
    return new Evidence(pieces, more);
  }

  /** All files of the folder, {@code manifest.json} the last one. */
  public List<Piece> files() {
    List<Piece> all = new ArrayList<>(pieces);
    all.add(new Piece("manifest.json", Json.indented().manifest(this) + "\n"));
    return List.copyOf(all);
  }

  /**
   * The digest of a configuration: of the paths of all files asked for, in their order by name, and
   * of their contents or absence.
   */
  public static String digest(List<Files.Lookup> asked) {
    TreeMap<String, String> byPath = new TreeMap<>();
    for (Files.Lookup lookup : asked) {
      Input input = input("", lookup);
      byPath.put(input.path(), input.sha256());
    }
    StringBuilder all = new StringBuilder();
    byPath.forEach((path, sha) -> all.append(sha).append("  ").append(path).append('\0'));
    return sha256(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256 in hexadecimal. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static Input input(String role, Files.Lookup lookup) {
    return switch (lookup) {
      case Files.Lookup.Found(var file) -> new Input(role, file.path(), sha256(file.bytes()));
      case Files.Lookup.Absent(var path) -> new Input(role, path, "absent");
      case Files.Lookup.Unreadable(var path, var why) -> new Input(role, path, "unreadable");
    };
  }
}
