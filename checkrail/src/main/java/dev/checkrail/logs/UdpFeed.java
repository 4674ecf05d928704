package dev.checkrail.logs;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Datagrams of syslog over UDP, one line in each. */
final class UdpFeed implements Intake.Feed {
  private static final int WANTED_BUFFER = 8 << 20;

  private final DatagramChannel channel;
  private final InetSocketAddress address;
  private final int receiveBuffer;
  private final Receiver receiver;
  private volatile OptionalLong lastDrops = OptionalLong.empty();

  private UdpFeed(DatagramChannel channel, Intake.Sink sink, String name) throws IOException {
    this.channel = channel;
    this.address = (InetSocketAddress) channel.getLocalAddress();
    this.receiveBuffer = channel.getOption(StandardSocketOptions.SO_RCVBUF);
    this.receiver = Receiver.start(channel, sink, name);
  }

  static UdpFeed open(LogSource.Udp source, Intake.Sink sink, String name) throws IOException {
    InetSocketAddress wanted = source.address();
    if (wanted.isUnresolved()) {
      throw new IOException("log address " + wanted.getHostString() + " is not known");
    }
    DatagramChannel channel =
        DatagramChannel.open(
            wanted.getAddress() instanceof Inet6Address
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET);
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, WANTED_BUFFER);
      channel.bind(wanted);
      return new UdpFeed(channel, sink, name);
    } catch (IOException e) {
      channel.close();
      throw new IOException(
          "can't receive log lines at udp "
              + wanted.getAddress().getHostAddress()
              + ":"
              + wanted.getPort()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public Optional<InetSocketAddress> address() {
    return Optional.of(address);
  }

  @Override
  public int receiveBuffer() {
    return receiveBuffer;
  }

  @Override
  public long droppedByQueue() {
    return receiver.dropped();
  }

  @Override
  public OptionalLong droppedByKernel() {
    if (channel.isOpen()) {
      lastDrops = kernelDrops(address);
    }
    return lastDrops;
  }

  @Override
  public String trouble() {
    return receiver.trouble();
  }

  @Override
  public void close() {
    droppedByKernel();
    receiver.close();
  }

  /** The last column of our socket's line in the kernel's table. */
  private static OptionalLong kernelDrops(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    Path table = Path.of(ip instanceof Inet4Address ? "/proc/net/udp" : "/proc/net/udp6");
    String own = hex(ip.getAddress()) + String.format(Locale.ROOT, ":%04X", address.getPort());
    try {
      for (String line : Files.readAllLines(table, StandardCharsets.US_ASCII)) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 12 && fields[1].equals(own)) {
          return OptionalLong.of(Long.parseLong(fields[fields.length - 1]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty(); // no such table: another system
    }
    return OptionalLong.empty();
  }

  /** As the kernel prints addresses: words of four bytes, each in the order of the machine. */
  private static String hex(byte[] address) {
    boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < address.length; i++) {
      int at = little ? (i & ~3) + 3 - (i & 3) : i;
      hex.append(String.format(Locale.ROOT, "%02X", address[at]));
    }
    return hex.toString();
  }
}
