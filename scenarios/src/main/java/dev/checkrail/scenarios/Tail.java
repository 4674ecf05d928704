package dev.checkrail.scenarios;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Follows a file that grows by lines. For one thread. */
final class Tail {
  private final Path file;
  private long at;
  private String rest = "";

  Tail(Path file) {
    this.file = file;
  }

  /** From now on. */
  static Tail fromEnd(Path file) throws IOException {
    Tail tail = new Tail(file);
    tail.at = Files.isRegularFile(file) ? Files.size(file) : 0;
    return tail;
  }

  /** Whole lines since the last time. */
  List<String> lines() throws IOException {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(at);
      byte[] bytes = new byte[(int) Math.min(in.length() - at, 16 << 20)];
      in.readFully(bytes);
      at += bytes.length;
      String text = rest + new String(bytes, StandardCharsets.ISO_8859_1);
      int end = text.lastIndexOf('\n') + 1;
      rest = text.substring(end);
      return end == 0 ? List.of() : new ArrayList<>(text.substring(0, end).lines().toList());
    }
  }
}
