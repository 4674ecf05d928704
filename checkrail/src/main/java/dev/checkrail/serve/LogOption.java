package dev.checkrail.serve;

import dev.checkrail.logs.LogSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a load balancer's log comes from, as people write it: {@code udp:127.0.0.1:5514}, {@code
 * unix:/run/checkrail/edge.sock}, {@code file:/var/log/haproxy.log}; {@code none} for not at all.
 */
final class LogOption {
  private static final Pattern UDP = Pattern.compile("udp:(.+):(\\d{1,5})");
  private static final int OWNER_AND_GROUP = 0660;

  private LogOption() {}

  /**
   * Reads it.
   *
   * @return empty for {@code none}
   */
  static Optional<LogSource> read(String text) {
    if (text.equals("none")) {
      return Optional.empty();
    }
    Matcher udp = UDP.matcher(text);
    if (udp.matches() && Integer.parseInt(udp.group(2)) <= 65535) {
      return Optional.of(
          new LogSource.Udp(
              new InetSocketAddress(address(udp.group(1)), Integer.parseInt(udp.group(2)))));
    }
    if (text.startsWith("unix:/")) {
      return Optional.of(new LogSource.UnixDatagram(path(text.substring(5)), OWNER_AND_GROUP));
    }
    if (text.startsWith("file:/")) {
      return Optional.of(new LogSource.Tail(path(text.substring(5)), false));
    }
    throw wrong(text);
  }

  private static InetAddress address(String text) {
    String plain = text.replaceAll("^\\[|]$", "");
    if (!plain.matches("[0-9a-fA-F.:]+")) {
      throw wrong("udp:" + text);
    }
    try {
      return InetAddress.getByName(plain);
    } catch (UnknownHostException e) {
      throw wrong("udp:" + text);
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text).normalize();
    } catch (InvalidPathException e) {
      throw wrong(text);
    }
  }

  private static Problem wrong(String text) {
    return Problem.bad(
        "\"log\" is udp:ADDRESS:PORT, unix:/PATH, file:/PATH or none, not "
            + (text.length() > 80 ? text.substring(0, 80) + "…" : text));
  }
}
