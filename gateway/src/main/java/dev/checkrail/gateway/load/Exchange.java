package dev.checkrail.gateway.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP/1.1 request on a connection of its own, as each user has his own.
 *
 * <p>Written on sockets, because a load must know what a library hides: nothing is sent a second
 * time, no connection is shared, and the patience covers the whole exchange, also an answer that
 * trickles. Understands {@code Content-Length}, chunks, and a body that ends with the connection.
 */
final class Exchange {
  private static final int HEAD_LIMIT = 64 << 10;
  private static final int BODY_LIMIT = 4 << 20;

  private Exchange() {}

  /** A complete answer. Header names are in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {
    Answer {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * Sends a request and reads the answer.
   *
   * @param head request line and headers, without {@code Content-Length} and {@code Connection}
   * @param until by {@link System#nanoTime}
   * @throws SocketTimeoutException if patience ends first
   * @throws IOException if there is no connection, or it ends before the answer does
   */
  static Answer send(InetSocketAddress to, String head, Optional<String> body, long until)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.connect(to, left(until));
      byte[] content = body.orElse("").getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
      if (body.isPresent()) {
        request.writeBytes(
            ("Content-Length: " + content.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      }
      request.writeBytes("Connection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      request.writeBytes(content);
      socket.getOutputStream().write(request.toByteArray());
      return read(new BufferedInputStream(new Timed(socket, until)));
    }
  }

  static int left(long until) throws SocketTimeoutException {
    long millis = (until - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException("patience is at its end");
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  /** Each read may take as long as is left of the whole. */
  static final class Timed extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private final long until;

    Timed(Socket socket, long until) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.until = until;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      socket.setSoTimeout(left(until));
      return in.read(into, offset, length);
    }
  }

  /** Reads one answer; {@code in} should be buffered. */
  static Answer read(InputStream in) throws IOException {
    while (true) {
      int status = status(line(in));
      Map<String, String> headers = new LinkedHashMap<>();
      int size = 0;
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        int colon = line.indexOf(':');
        size += line.length();
        if (colon < 1 || size > HEAD_LIMIT) {
          throw new IOException("a header that can't be read");
        }
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      if (status >= 200) {
        return new Answer(
            status, headers, new String(body(in, status, headers), StandardCharsets.UTF_8));
      }
    }
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("no HTTP answer");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static byte[] body(InputStream in, int status, Map<String, String> headers)
      throws IOException {
    if (status == 204 || status == 304) {
      return new byte[0];
    }
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      return chunks(in);
    }
    String length = headers.get("content-length");
    if (length == null) {
      byte[] all = in.readNBytes(BODY_LIMIT + 1);
      return within(all.length, all);
    }
    return exactly(in, number(length, 10));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      int extension = size.indexOf(';');
      int length = number((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
      if (length == 0) {
        while (!line(in).isEmpty()) {
          // Trailers are of no interest.
        }
        return all.toByteArray();
      }
      all.writeBytes(exactly(in, length));
      within(all.size(), new byte[0]);
      line(in);
    }
  }

  private static int number(String digits, int radix) throws IOException {
    try {
      int number = Integer.parseInt(digits, radix);
      within(number, new byte[0]);
      return number;
    } catch (NumberFormatException e) {
      throw new IOException("a length that can't be read", e);
    }
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the answer ends in its middle");
    }
    return bytes;
  }

  private static byte[] within(int length, byte[] bytes) throws IOException {
    if (length < 0 || length > BODY_LIMIT) {
      throw new IOException("an answer that is too long");
    }
    return bytes;
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ends before the answer");
      }
      if (line.size() > HEAD_LIMIT) {
        throw new IOException("a line that is too long");
      }
      line.write(next);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
