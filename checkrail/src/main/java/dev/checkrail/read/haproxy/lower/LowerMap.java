package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.MapTable;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.read.haproxy.SampleText.ConverterText;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Optional;

/** Maps [7.3.1 map]: their kinds by converter name, their files. */
final class LowerMap {
  /** What {@code map_beg_int} says of its file. */
  record Shape(MapTable.Kind kind, MapTable.ValueType values) {}

  private LowerMap() {}

  /** The shape behind a converter's name; empty for {@code map_regm} and what is no map. */
  static Optional<Shape> shape(String name) {
    MapTable.ValueType values = MapTable.ValueType.TEXT;
    String rest = name.equals("map") ? "map_str" : name;
    if (rest.endsWith("_int") && !rest.equals("map_int")) {
      values = MapTable.ValueType.NUMBER;
      rest = rest.substring(0, rest.length() - 4);
    } else if (rest.endsWith("_ip") && !rest.equals("map_ip")) {
      values = MapTable.ValueType.ADDRESS;
      rest = rest.substring(0, rest.length() - 3);
    }
    MapTable.ValueType found = values;
    Optional<MapTable.Kind> kind =
        switch (rest) {
          case "map_str" -> Optional.of(MapTable.Kind.EXACT);
          case "map_beg" -> Optional.of(MapTable.Kind.PREFIX);
          case "map_end" -> Optional.of(MapTable.Kind.SUFFIX);
          case "map_sub" -> Optional.of(MapTable.Kind.SUBSTRING);
          case "map_dir" -> Optional.of(MapTable.Kind.PATH_SEGMENT);
          case "map_dom" -> Optional.of(MapTable.Kind.DOMAIN);
          case "map_reg" -> Optional.of(MapTable.Kind.REGEX);
          case "map_int" -> Optional.of(MapTable.Kind.NUMBER);
          case "map_ip" -> Optional.of(MapTable.Kind.ADDRESS);
          case String other -> Optional.empty();
        };
    return kind.map(k -> new Shape(k, found));
  }

  static Optional<MapTable> table(ConverterText text, Shape shape, Setup setup) {
    String path = text.args().isEmpty() ? "" : text.args().getFirst().value();
    var span = text.args().isEmpty() ? text.span() : text.args().getFirst().span();
    FileLookup.Located located = setup.files().patternFile(path, setup.directive(), setup.late());
    Optional<SourceFile> file = located.file();
    List<MapTable.Entry> entries = file.map(PatternFiles::pairs).orElse(List.of());
    References.note(
        setup, ReferencedFile.Kind.MAP, path, located, file.map(f -> entries.size()), span);
    if (file.isEmpty()) {
      setup
          .notes()
          .error(
              RuleId.FILE_MISSING,
              span,
              "the map " + path + " " + References.whatIsWrong(located) + "; HAProxy won't start");
      return Optional.empty();
    }
    return Optional.of(new MapTable(path, shape.kind(), shape.values(), entries, span));
  }
}
