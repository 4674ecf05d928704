package dev.checkrail.read.haproxy;

import dev.checkrail.source.SourceFile;
import java.util.List;

/**
 * One configuration file, nothing of it left out.
 *
 * @param source its bytes
 * @param lines all of its lines, in order; their texts joined are the file
 * @param sections its sections, in order, masked ones included
 */
public record ConfigFile(SourceFile source, List<Line> lines, List<Section> sections) {
  public ConfigFile {
    lines = List.copyOf(lines);
    sections = List.copyOf(sections);
  }

  /** The file as it was read, byte for byte (one {@code char} per byte). */
  public String print() {
    StringBuilder text = new StringBuilder(source.text().length());
    for (Line line : lines) {
      text.append(line.text());
    }
    return text.toString();
  }
}
