package dev.checkrail.rehearse.agent;

import java.util.Arrays;
import java.util.List;

/**
 * One request as it arrived at a stub, byte for byte. A connection on which nothing was sent (a
 * plain connect check) is no delivery.
 *
 * @param stub where it arrived
 * @param peer who connected, as the stub saw it
 * @param connection which connection, counted from 1 over the life of the sandbox: two deliveries
 *     with the same number came over one kept-alive connection
 * @param head HTTP: request line and header lines up to and with the empty line; TCP: the first
 *     bytes. One char per byte (ISO-8859-1), cut off at 256 KiB
 * @param bodyLength bytes of the body received so far, after chunked coding is taken off
 * @param complete whether the whole body had arrived (TCP: always true)
 */
public record Delivery(
    Endpoint stub, Endpoint peer, long connection, String head, long bodyLength, boolean complete) {

  /** The first line, without its line end. */
  public String requestLine() {
    int end = head.indexOf('\n');
    String line = end < 0 ? head : head.substring(0, end);
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  /** The method: the request line up to its first blank. */
  public String method() {
    String line = requestLine();
    int blank = line.indexOf(' ');
    return blank < 0 ? line : line.substring(0, blank);
  }

  /** The request target: what stands between the first and the last blank of the request line. */
  public String target() {
    String line = requestLine();
    int first = line.indexOf(' ');
    int last = line.lastIndexOf(' ');
    return last <= first ? line.substring(first + 1) : line.substring(first + 1, last);
  }

  /** The header lines as they came, in order, without line ends. */
  public List<String> headerLines() {
    return Heads.headerLines(head);
  }

  /** The values of all lines with this name (compared without case), in order, blanks trimmed. */
  public List<String> header(String name) {
    return Heads.values(headerLines(), name);
  }

  /** How header lines are taken out of a head; the same for requests and answers. */
  static final class Heads {
    private Heads() {}

    static List<String> headerLines(String head) {
      return Arrays.stream(head.split("\r?\n", -1))
          .skip(1)
          .takeWhile(line -> !line.isEmpty())
          .toList();
    }

    static List<String> values(List<String> lines, String name) {
      return lines.stream()
          .filter(line -> line.indexOf(':') == name.length())
          .filter(line -> line.regionMatches(true, 0, name, 0, name.length()))
          .map(line -> line.substring(name.length() + 1).strip())
          .toList();
    }
  }
}
