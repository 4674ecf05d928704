package dev.checkrail.logs;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where lines come from. */
public sealed interface LogSource {

  /**
   * Datagrams of syslog: {@code log 127.0.0.1:5514 local0}. Whoever can reach the address can write
   * lines, so it should be one of this machine's own network.
   *
   * @param address port 0 takes any that is free
   */
  record Udp(InetSocketAddress address) implements LogSource {}

  /**
   * A UNIX datagram socket: {@code log /run/checkrail/log.sock local0}. It is made anew; one that a
   * dead process left is replaced, anything else in its place is an error.
   *
   * @param path at most 107 bytes; its folder has to be there
   * @param mode who may write, in octal: {@code 0660}
   */
  record UnixDatagram(Path path, int mode) implements LogSource {
    public UnixDatagram {
      if (mode < 0 || mode > 0777) {
        throw new IllegalArgumentException("a mode lies between 0 and 0777 (octal)");
      }
    }
  }

  /**
   * A file that a syslog daemon writes. It is followed by name: when it is moved away and made anew
   * the rest of the old one is read first; when it is emptied it is read from its beginning. It
   * need not be there yet.
   *
   * @param fromBeginning whether what is in it already counts; else only what is added
   */
  record Tail(Path path, boolean fromBeginning) implements LogSource {}
}
