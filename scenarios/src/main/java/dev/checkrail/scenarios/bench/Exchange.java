package dev.checkrail.scenarios.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * HTTP/1.1 on a plain socket, with one patience for all of a request: what a client library makes
 * tidy (names in lower case, ports left out, connections shared) is what some faults are about.
 */
final class Exchange {
  private static final int LONGEST = 1 << 20;

  private final Socket socket;
  private final double patience;
  private long until;
  private boolean open = true;
  private final byte[] buffer = new byte[8192];
  private int next;
  private int filled;

  Exchange(Socket socket, double patience) {
    this.socket = socket;
    this.patience = patience;
  }

  void connect(String source, int port) throws IOException {
    begin();
    socket.bind(new InetSocketAddress(InetAddress.getByName(source), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), left());
  }

  /** Whether another request may be sent. */
  boolean open() {
    return open;
  }

  /**
   * One request.
   *
   * @param request its first line and headers, without Host, and behind an empty line its body
   * @return the status
   * @throws IOException if there is no whole answer in time
   */
  int ask(String request, String host, boolean last) throws IOException {
    begin();
    int end = request.indexOf("\r\n\n");
    String head = end < 0 ? request : request.substring(0, end + 2);
    String body = end < 0 ? "" : request.substring(end + 3);
    String text = head + "Host: " + host + "\r\n" + (last ? "Connection: close\r\n" : "") + "\r\n";
    socket.getOutputStream().write((text + body).getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return read(socket.getInputStream(), last);
  }

  private int read(InputStream in, boolean last) throws IOException {
    String first = line(in);
    if (!first.matches("HTTP/1\\.[01] [0-9]{3}.*")) {
      throw new IOException("no status line");
    }
    long length = -1;
    boolean chunked = false;
    open = !last;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(15).strip());
      } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
        chunked = true;
      } else if (lower.startsWith("connection:") && lower.contains("close")) {
        open = false;
      }
    }
    if (chunked) {
      for (int size = size(in); size > 0; size = size(in)) {
        skip(in, size + 2L);
      }
      line(in);
    } else if (length >= 0) {
      skip(in, length);
    } else {
      open = false;
    }
    return Integer.parseInt(first.substring(9, 12));
  }

  private int size(InputStream in) throws IOException {
    String line = line(in);
    int end = line.indexOf(';');
    try {
      return Integer.parseInt((end < 0 ? line : line.substring(0, end)).strip(), 16);
    } catch (NumberFormatException e) {
      throw new IOException("no chunk", e);
    }
  }

  private void skip(InputStream in, long bytes) throws IOException {
    for (long i = 0; i < bytes; i++) {
      one(in);
    }
  }

  private String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = one(in); c != '\n'; c = one(in)) {
      if (c != '\r') {
        line.append((char) c);
      }
      if (line.length() > LONGEST) {
        throw new IOException("a line without an end");
      }
    }
    return line.toString();
  }

  private int one(InputStream in) throws IOException {
    if (next == filled) {
      socket.setSoTimeout(left());
      filled = in.read(buffer);
      next = 0;
      if (filled <= 0) {
        filled = 0;
        open = false;
        throw new IOException("it ended before its end");
      }
    }
    return buffer[next++] & 0xff;
  }

  private void begin() {
    until = System.nanoTime() + (long) (patience * 1e9);
  }

  private int left() throws IOException {
    long millis = (until - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException("out of patience");
    }
    return (int) Math.max(1, millis);
  }
}
