package dev.checkrail.rehearse.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The machine's sockets at one moment, as the kernel tells of them (proc(5), /proc/net). Addresses
 * are hexadecimal there, each 32-bit word in the byte order of the machine, which is taken to be a
 * little-endian one.
 */
final class Sockets {
  private static final String LISTENING = "0A";

  private record Socket(String table, String local, String remote, String state, String inode) {}

  private final List<Socket> sockets;

  private Sockets(List<Socket> sockets) {
    this.sockets = sockets;
  }

  static Sockets read() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
      Path path = Path.of("/proc/net", table);
      if (!Files.exists(path)) {
        continue;
      }
      for (String line : Files.readAllLines(path)) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length > 9 && columns[0].endsWith(":")) {
          sockets.add(new Socket(table, columns[1], columns[2], columns[3], columns[9]));
        }
      }
    }
    return new Sockets(sockets);
  }

  /** How many TCP sockets listen exactly there. */
  long listeners(Endpoint endpoint) throws IOException {
    String name = kernelName(endpoint);
    return sockets.stream()
        .filter(socket -> socket.table.startsWith("tcp"))
        .filter(socket -> socket.state.equals(LISTENING) && socket.local.equals(name))
        .count();
  }

  /**
   * What a process has besides the loopback device: sockets that listen to other addresses or to
   * all, and those that are connected with another machine; in words.
   */
  List<String> outside(long pid) throws IOException {
    Set<String> inodes = inodes(pid);
    List<String> outside = new ArrayList<>();
    for (Socket socket : sockets) {
      boolean open = socket.state.equals(LISTENING) || socket.table.startsWith("udp");
      boolean apart =
          isZero(socket.remote) ? open && !isLoopback(socket.local) : !isLoopback(socket.remote);
      if (apart && inodes.contains(socket.inode)) {
        outside.add(socket.table + " " + words(socket.local) + " to " + words(socket.remote));
      }
    }
    return outside;
  }

  private static Set<String> inodes(long pid) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path each : all.toList()) {
        String target = target(each);
        if (target.startsWith("socket:[")) {
          inodes.add(target.substring("socket:[".length(), target.length() - 1));
        }
      }
    }
    return inodes;
  }

  private static String target(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException e) {
      return ""; // closed meanwhile
    }
  }

  private static String kernelName(Endpoint endpoint) throws IOException {
    byte[] address = InetAddress.ofLiteral(endpoint.address()).getAddress();
    return turned(address) + ":" + String.format(Locale.ROOT, "%04X", endpoint.port());
  }

  /** The bytes of each word in the other order. */
  private static String turned(byte[] address) {
    StringBuilder words = new StringBuilder();
    for (int word = 0; word < address.length; word += 4) {
      for (int at = 3; at >= 0; at--) {
        words.append(HexFormat.of().withUpperCase().toHexDigits(address[word + at]));
      }
    }
    return words.toString();
  }

  private static InetAddress address(String name) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(name.substring(0, name.indexOf(':')));
    return InetAddress.getByAddress(HexFormat.of().parseHex(turned(bytes)));
  }

  private static boolean isLoopback(String name) throws IOException {
    return address(name).isLoopbackAddress();
  }

  private static boolean isZero(String name) throws IOException {
    return address(name).isAnyLocalAddress();
  }

  private static String words(String name) throws IOException {
    return address(name).getHostAddress()
        + ":"
        + Integer.parseInt(name.substring(name.indexOf(':') + 1), 16);
  }
}
