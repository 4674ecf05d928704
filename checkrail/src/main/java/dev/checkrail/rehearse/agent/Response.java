package dev.checkrail.rehearse.agent;

import java.util.List;

/**
 * An HTTP answer as the client received it.
 *
 * @param head status line and header lines up to and with the empty line, one char per byte
 * @param body the body after chunked coding is taken off, one char per byte, cut off at 256 KiB
 * @param bodyLength bytes of the body that came, also those cut off
 */
public record Response(String head, String body, long bodyLength) {

  /** The status line, without its line end. */
  public String statusLine() {
    return head.lines().findFirst().orElse("");
  }

  /** The status code, or 0 if the status line has none. */
  public int status() {
    String line = statusLine();
    return line.matches("HTTP/\\d\\.\\d \\d{3}( .*)?")
        ? Integer.parseInt(line.substring(9, 12))
        : 0;
  }

  /** The header lines as they came, in order, without line ends. */
  public List<String> headerLines() {
    return Delivery.Heads.headerLines(head);
  }

  /** The values of all lines with this name (compared without case), in order, blanks trimmed. */
  public List<String> header(String name) {
    return Delivery.Heads.values(headerLines(), name);
  }
}
