package dev.checkrail.store.backup;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is in a backup: {@code manifest.json}, its last part.
 *
 * @param made when
 * @param schema the version of the tables, as migrations count it
 * @param head the journal's last entry, {@code NUMBER:HASH}
 * @param tables in an order in which they can be filled
 * @param files below the data folder
 * @param sealed files below the data folder that need the passphrase
 * @param leftOut files that are there and not in it
 */
public record Manifest(
    Instant made,
    String schema,
    String head,
    List<Table> tables,
    List<Piece> files,
    List<Piece> sealed,
    List<String> leftOut) {
  /** The shape of the file; one that is not known is refused. */
  static final int VERSION = 1;

  /** Its name in the file. */
  static final String NAME = "manifest.json";

  private static final String HEAD = "[1-9][0-9]{0,17}:[0-9a-f]{64}|0:0{64}";
  private static final Pattern WORD = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public Manifest {
    tables = List.copyOf(tables);
    files = List.copyOf(files);
    sealed = List.copyOf(sealed);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * A part of it.
   *
   * @param path below the data folder, with slashes; of a table its name
   * @param bytes how long it is
   * @param sha256 of its bytes
   */
  public record Piece(String path, long bytes, String sha256) {}

  /**
   * A table's rows, as {@code COPY} writes them in text.
   *
   * @param columns in the order of the rows
   */
  public record Table(List<String> columns, Piece piece) {
    public Table {
      columns = List.copyOf(columns);
    }
  }

  static String ofTable(Piece piece) {
    return "tables/" + piece.path() + ".copy";
  }

  static String ofFile(Piece piece) {
    return "files/" + piece.path();
  }

  static String ofSealed(Piece piece) {
    return "sealed/" + piece.path();
  }

  /** Names of all parts, the manifest included. */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    names.add(NAME);
    tables.forEach(it -> names.add(ofTable(it.piece())));
    files.forEach(it -> names.add(ofFile(it)));
    sealed.forEach(it -> names.add(ofSealed(it)));
    return names;
  }

  /** Whether a path stays below the folder that it is put into, however it is read. */
  static boolean staysBelow(String path) {
    if (path.isEmpty() || path.length() > 1000 || path.indexOf('\\') >= 0) {
      return false;
    }
    for (String name : path.split("/", -1)) {
      if (name.isEmpty()
          || name.equals(".")
          || name.equals("..")
          || name.chars().anyMatch(Character::isISOControl)) {
        return false;
      }
    }
    return true;
  }

  String write() {
    ObjectNode node = JSON.createObjectNode();
    node.put("checkrail_backup", VERSION);
    node.put("made", made.toString());
    node.put("schema", schema);
    node.put("head", head);
    ArrayNode all = node.putArray("tables");
    for (Table table : tables) {
      ObjectNode one = all.addObject();
      put(one, table.piece());
      table.columns().forEach(one.putArray("columns")::add);
    }
    files.forEach(it -> put(node.withArray("files").addObject(), it));
    sealed.forEach(it -> put(node.withArray("sealed").addObject(), it));
    leftOut.forEach(node.withArray("left_out")::add);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
  }

  private static void put(ObjectNode node, Piece piece) {
    node.put("path", piece.path());
    node.put("bytes", piece.bytes());
    node.put("sha256", piece.sha256());
  }

  /**
   * Reads one.
   *
   * @throws IOException with a sentence, if it is none, of a later version, or leads elsewhere
   */
  static Manifest read(byte[] text) throws IOException {
    try {
      JsonNode node = JSON.readTree(text);
      int version = node.path("checkrail_backup").asInt(0);
      if (version > VERSION) {
        throw new IOException(
            "it was made by a later Checkrail (version "
                + version
                + " of the file, this one reads up to "
                + VERSION
                + "): restore it with that one");
      }
      if (version < 1 || !node.required("head").asString().matches(HEAD)) {
        throw new IOException("its manifest is none of Checkrail");
      }
      List<Table> tables = new ArrayList<>();
      for (JsonNode one : node.required("tables").values()) {
        List<String> columns =
            one.required("columns").values().stream().map(JsonNode::asString).toList();
        Piece piece = piece(one);
        if (!WORD.matcher(piece.path()).matches()
            || columns.isEmpty()
            || !columns.stream().allMatch(it -> WORD.matcher(it).matches())) {
          throw new IOException("its manifest names a table that can't be");
        }
        tables.add(new Table(columns, piece));
      }
      Manifest manifest =
          new Manifest(
              Instant.parse(node.required("made").asString()),
              node.required("schema").asString(),
              node.required("head").asString(),
              tables,
              pieces(node, "files"),
              pieces(node, "sealed"),
              node.path("left_out").values().stream().map(JsonNode::asString).toList());
      int parts = 1 + tables.size() + manifest.files().size() + manifest.sealed().size();
      if (manifest.names().size() != parts || !manifest.schema().matches("[0-9.]{1,20}")) {
        throw new IOException("its manifest contradicts itself");
      }
      return manifest;
    } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
      throw new IOException("its manifest can't be read", e);
    }
  }

  private static List<Piece> pieces(JsonNode node, String name) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (JsonNode one : node.path(name).values()) {
      Piece piece = piece(one);
      if (!staysBelow(piece.path())) {
        throw new IOException("it names a file outside of the data folder: nothing was written");
      }
      pieces.add(piece);
    }
    return pieces;
  }

  private static Piece piece(JsonNode node) throws IOException {
    Piece piece =
        new Piece(
            node.required("path").asString(),
            node.required("bytes").asLong(),
            node.required("sha256").asString());
    if (piece.bytes() < 0 || !DIGEST.matcher(piece.sha256()).matches()) {
      throw new IOException("its manifest can't be read");
    }
    return piece;
  }
}
