package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes down HAProxy's own lines as they come, beside what the control plane gets. */
final class RawLog implements AutoCloseable {
  private static final int LONGEST = 65_536;

  private final DatagramSocket socket;
  private final OutputStream out;
  private final Thread thread;

  private RawLog(DatagramSocket socket, OutputStream out) {
    this.socket = socket;
    this.out = out;
    this.thread = Thread.ofPlatform().daemon().name("raw-log").unstarted(this::receive);
  }

  static RawLog start(int port, Path file) throws IOException {
    DatagramSocket socket = new DatagramSocket(null);
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    RawLog log = new RawLog(socket, Files.newOutputStream(file));
    log.thread.start();
    return log;
  }

  private void receive() {
    DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
    while (!socket.isClosed()) {
      try {
        packet.setLength(LONGEST);
        socket.receive(packet);
        byte[] data = packet.getData();
        int length = packet.getLength();
        boolean ended = length > 0 && data[length - 1] == '\n';
        synchronized (out) {
          out.write(data, 0, length);
          if (!ended) {
            out.write('\n');
          }
        }
      } catch (SocketException e) {
        return; // closed
      } catch (IOException e) {
        System.err.println("checkrail: HAProxy's log can't be kept: " + e.getMessage());
        return;
      }
    }
  }

  @Override
  public void close() {
    socket.close();
    try {
      thread.join(2000);
      synchronized (out) {
        out.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println("checkrail: HAProxy's log can't be kept: " + e.getMessage());
    }
  }
}
