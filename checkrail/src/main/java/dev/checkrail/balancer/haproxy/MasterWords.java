package dev.checkrail.balancer.haproxy;

import dev.checkrail.source.Redaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a master writes to its standard error from a moment on, if that goes to a file that we may
 * read. On 2.6 that is the only place where it says why it would not load files: no command of its
 * socket tells.
 *
 * @param place the open file, by the process
 * @param from its size at the moment
 */
record MasterWords(Path place, long from) {
  private static final int MOST = 16 << 10;
  private static final int LINES = 5;
  private static final int LONGEST = 400;
  private static final Pattern ALERT = Pattern.compile("\\[ALERT] +\\(\\d+\\) : (.*)");

  /** From now on; empty if it goes to a terminal, to journald, or where we may not look. */
  static Optional<MasterWords> from(long master) {
    Path place = Path.of("/proc/" + master + "/fd/2");
    try {
      return Files.isRegularFile(place) && Files.isReadable(place)
          ? Optional.of(new MasterWords(place, Files.size(place)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Its alerts since then, without what looks like a secret; "" if it wrote none. */
  String alerts() {
    try (FileChannel file = FileChannel.open(place)) {
      long begin = file.size() < from ? 0 : from; // it was cut off and begins anew
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MOST, file.size() - begin));
      int count = 0;
      while (bytes.hasRemaining() && count >= 0) {
        count = file.read(bytes, begin + bytes.position());
      }
      List<String> alerts =
          new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1)
              .lines()
              .map(ALERT::matcher)
              .filter(Matcher::matches)
              .map(line -> line.group(1).strip())
              .filter(line -> !line.contains("Some protocols failed to start"))
              .distinct()
              .limit(LINES)
              .map(MasterWords::shown)
              .toList();
      return Redaction.of(String.join("; ", alerts));
    } catch (IOException e) {
      return "";
    }
  }

  private static String shown(String line) {
    String plain = line.replaceAll("[\\x00-\\x1f\\x7f]", "?");
    return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain;
  }
}
