package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.operations.Mode;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a mode by its word. */
final class ModeWord implements ITypeConverter<Mode> {
  @Override
  public Mode convert(String word) {
    return Arrays.stream(Mode.values())
        .filter(it -> it.word().equals(word))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                Arrays.stream(Mode.values()).map(Mode::word).collect(Collectors.joining(", "))
                    + " are possible"));
  }
}
