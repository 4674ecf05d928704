package dev.checkrail.policy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeType;

/**
 * A YAML file as nodes with places. Hostile files are refused, not suffered: size, depth and
 * repeated aliases are bounded before anything is built.
 */
public final class Yaml {
  static final int MOST_BYTES = 1 << 20;
  static final int DEEPEST = 40;
  private static final int MOST_ALIASES = 50;
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setMaxAliasesForCollections(MOST_ALIASES)
          .setCodePointLimit(MOST_BYTES)
          .setUseMarks(true)
          .build();

  private final SourceFile file;
  private final String text;
  private final int skipped;
  private int @Nullable [] byteOffsets;

  private Yaml(SourceFile file, String text, int skipped) {
    this.file = file;
    this.text = text;
    this.skipped = skipped;
  }

  /** A file's nodes; the first problem that stops reading is told and leaves no nodes. */
  public record Composed(Yaml yaml, Optional<Node> root) {}

  /**
   * Reads a file.
   *
   * @param what it is called in sentences: {@code policy}
   */
  public static Composed compose(SourceFile file, String what, Consumer<Problem> problems) {
    String bytes = file.text();
    int skipped = bytes.startsWith("\u00EF\u00BB\u00BF") ? 3 : 0;
    Yaml empty = new Yaml(file, "", 0);
    if (bytes.length() > MOST_BYTES) {
      problems.accept(
          Problem.error(
              "policy/too-large",
              Span.startOf(file.path()),
              "the " + what + " has " + bytes.length() + " bytes; more than 1 MiB is not read"));
      return new Composed(empty, Optional.empty());
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in =
        ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)).position(skipped).slice();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    CoderResult decoded = decoder.decode(in, out, true);
    if (decoded.isError()) {
      problems.accept(
          Problem.error(
              "policy/not-text", file.span(skipped + in.position(), 1), "this is not UTF-8 text"));
      return new Composed(empty, Optional.empty());
    }
    Yaml yaml = new Yaml(file, out.flip().toString(), skipped);
    return new Composed(yaml, yaml.nodes(what, problems));
  }

  private Optional<Node> nodes(String what, Consumer<Problem> problems) {
    try {
      if (tooDeep(problems)) {
        return Optional.empty();
      }
      Iterator<Node> documents = new Compose(SETTINGS).composeAllFromString(text).iterator();
      if (!documents.hasNext()) {
        return Optional.empty();
      }
      Node first = documents.next();
      if (documents.hasNext()) {
        Node second = documents.next();
        problems.accept(
            Problem.error(
                "policy/syntax", span(second), "a second YAML document; a " + what + " is one"));
      }
      return Optional.of(first);
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      problems.accept(
          Problem.error(
              "policy/syntax",
              mark.map(at -> at(at.getIndex(), 0)).orElse(Span.startOf(file.path())),
              "not valid YAML: " + sentence(e.getProblem())));
    } catch (ReaderException e) {
      problems.accept(
          Problem.error(
              "policy/syntax", at(e.getPosition(), 1), "a character that YAML does not allow"));
    } catch (YamlEngineException e) {
      problems.accept(
          Problem.error(
              "policy/syntax",
              Span.startOf(file.path()),
              "not valid YAML: " + sentence(e.getMessage())));
    }
    return Optional.empty();
  }

  /** The parser of events keeps its own stack; that of nodes would use Java's. */
  private boolean tooDeep(Consumer<Problem> problems) {
    int depth = 0;
    for (Event event : new Parse(SETTINGS).parseString(text)) {
      if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
        problems.accept(
            Problem.error(
                "policy/syntax",
                event
                    .getStartMark()
                    .map(at -> at(at.getIndex(), 0))
                    .orElse(Span.startOf(file.path())),
                "nested deeper than " + DEEPEST + " levels"));
        return true;
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
    return false;
  }

  private static String sentence(@Nullable String message) {
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }

  /** Where a node is: a scalar with its length, a collection as a position. */
  public Span span(Node node) {
    Optional<Mark> start = node.getStartMark();
    Optional<Mark> end = node.getEndMark();
    if (start.isEmpty() || end.isEmpty()) {
      return Span.startOf(file.path());
    }
    boolean oneLine =
        node.getNodeType() == NodeType.SCALAR && start.get().getLine() == end.get().getLine();
    int from = start.get().getIndex();
    return at(from, oneLine ? end.get().getIndex() - from : 0);
  }

  /** The file's beginning. */
  public Span start() {
    return Span.startOf(file.path());
  }

  private Span at(int codePoint, int length) {
    int from = byteOffset(codePoint);
    return file.span(from, byteOffset(codePoint + length) - from);
  }

  private int byteOffset(int codePoint) {
    if (byteOffsets == null) {
      int[] offsets = new int[text.codePointCount(0, text.length()) + 1];
      int bytes = skipped;
      int i = 0;
      for (int point : (Iterable<Integer>) text.codePoints()::iterator) {
        offsets[i++] = bytes;
        bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      }
      offsets[i] = bytes;
      byteOffsets = offsets;
    }
    return byteOffsets[Math.clamp(codePoint, 0, byteOffsets.length - 1)];
  }
}
