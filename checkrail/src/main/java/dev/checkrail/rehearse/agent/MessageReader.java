package dev.checkrail.rehearse.agent;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the end of one HTTP/1.x message in a stream of bytes (RFC 9112 section 6), and keeps its
 * head and body as they came. It judges nothing: odd lines pass, only the framing is read.
 */
final class MessageReader {
  /** What is kept of a head, a body and of raw bytes. */
  static final int KEPT = 256 * 1024;

  private enum Phase {
    HEAD,
    LENGTH,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILERS,
    UNTIL_CLOSE,
    DONE
  }

  /** The method that an answer belongs to; empty when requests are read. */
  private final Optional<String> answerTo;

  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final StringBuilder line = new StringBuilder();
  private Phase phase = Phase.HEAD;
  private boolean lineEmpty = true;
  private long left;
  private long bodyLength;

  private MessageReader(Optional<String> answerTo) {
    this.answerTo = answerTo;
  }

  static MessageReader request() {
    return new MessageReader(Optional.empty());
  }

  static MessageReader answerTo(String method) {
    return new MessageReader(Optional.of(method));
  }

  /** Reads on; returns how many bytes belonged to this message. */
  int feed(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && phase != Phase.DONE) {
      at =
          switch (phase) {
            case HEAD -> head(bytes, at);
            case LENGTH -> data(bytes, at, to, Phase.DONE);
            case CHUNK_SIZE -> chunkSize(bytes, at);
            case CHUNK_DATA -> data(bytes, at, to, Phase.CHUNK_END);
            case CHUNK_END -> chunkEnd(bytes, at);
            case TRAILERS -> trailer(bytes, at);
            case UNTIL_CLOSE -> {
              left = Long.MAX_VALUE;
              yield data(bytes, at, to, Phase.DONE);
            }
            case DONE -> at;
          };
    }
    return at - from;
  }

  boolean headRead() {
    return phase != Phase.HEAD;
  }

  boolean done() {
    return phase == Phase.DONE;
  }

  /** Whether a close is the end of this message, rather than its breaking off. */
  boolean endsByClose() {
    return phase == Phase.UNTIL_CLOSE;
  }

  /** Whether any byte has been read. */
  boolean begun() {
    return head.size() > 0;
  }

  String headText() {
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  String bodyText() {
    return body.toString(StandardCharsets.ISO_8859_1);
  }

  long bodyLength() {
    return bodyLength;
  }

  private int head(byte[] bytes, int at) {
    byte b = bytes[at];
    if (head.size() < KEPT) {
      head.write(b);
    }
    if (b == '\n') {
      if (lineEmpty && head.size() > 2) {
        headEnds();
      }
      lineEmpty = true;
    } else if (b != '\r') {
      lineEmpty = false;
    }
    return at + 1;
  }

  private void headEnds() {
    String text = headText();
    List<String> lines = Delivery.Heads.headerLines(text);
    int status = answerTo.isEmpty() ? 0 : new Response(text, "", 0).status();
    if (answerTo.isPresent() && status / 100 == 1 && status != 101) {
      head.reset();
      return;
    }
    boolean bare =
        answerTo
            .filter(method ->
                method.equals("HEAD")
                    || status == 101
                    || status == 204
                    || status == 304
                    || (method.equals("CONNECT") && status / 100 == 2))
            .isPresent();
    List<String> coding = Delivery.Heads.values(lines, "transfer-encoding");
    List<String> length = Delivery.Heads.values(lines, "content-length");
    if (bare) {
      phase = Phase.DONE;
    } else if (!coding.isEmpty() && coding.getLast().toLowerCase(Locale.ROOT).endsWith("chunked")) {
      phase = Phase.CHUNK_SIZE;
    } else if (!length.isEmpty() && length.getLast().matches("\\d{1,18}")) {
      left = Long.parseLong(length.getLast());
      phase = left == 0 ? Phase.DONE : Phase.LENGTH;
    } else {
      phase = answerTo.isPresent() ? Phase.UNTIL_CLOSE : Phase.DONE;
    }
  }

  private int data(byte[] bytes, int from, int to, Phase then) {
    int count = (int) Math.min(left, to - from);
    int kept = Math.min(count, KEPT - body.size());
    body.write(bytes, from, kept);
    bodyLength += count;
    left -= count;
    if (left == 0) {
      phase = then;
    }
    return from + count;
  }

  private int chunkSize(byte[] bytes, int at) {
    char c = (char) (bytes[at] & 0xFF);
    if (c != '\n') {
      if (line.length() < 64) {
        line.append(c);
      }
      return at + 1;
    }
    String size = line.toString().split("[;\\s]", 2)[0];
    line.setLength(0);
    left = size.matches("[0-9a-fA-F]{1,15}") ? Long.parseLong(size, 16) : 0;
    phase = left == 0 ? Phase.TRAILERS : Phase.CHUNK_DATA;
    lineEmpty = true;
    return at + 1;
  }

  private int chunkEnd(byte[] bytes, int at) {
    if (bytes[at] == '\n') {
      phase = Phase.CHUNK_SIZE;
    }
    return at + 1;
  }

  private int trailer(byte[] bytes, int at) {
    if (bytes[at] == '\n') {
      if (lineEmpty) {
        phase = Phase.DONE;
      }
      lineEmpty = true;
    } else if (bytes[at] != '\r') {
      lineEmpty = false;
    }
    return at + 1;
  }
}
