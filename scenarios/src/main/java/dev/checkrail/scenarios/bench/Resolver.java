package dev.checkrail.scenarios.bench;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;

/** A name server that has one address for every name, and another one when it is told. RFC 1035. */
final class Resolver implements AutoCloseable {
  private static final int HEADER = 12;
  private static final int TYPE_A = 1;

  private final DatagramSocket socket;
  private volatile InetAddress address = InetAddress.getLoopbackAddress();

  private Resolver(DatagramSocket socket) {
    this.socket = socket;
  }

  static Resolver start(int port) throws IOException {
    Resolver resolver = new Resolver(new DatagramSocket(port, InetAddress.getLoopbackAddress()));
    Thread.ofPlatform().daemon().name("resolver").start(resolver::answer);
    return resolver;
  }

  /** From now on this is the answer. */
  void answer(InetAddress other) {
    address = other;
  }

  private void answer() {
    byte[] buffer = new byte[4096];
    while (!socket.isClosed()) {
      try {
        DatagramPacket asked = new DatagramPacket(buffer, buffer.length);
        socket.receive(asked);
        byte[] answer = answer(Arrays.copyOf(buffer, asked.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, asked.getSocketAddress()));
      } catch (IOException | IndexOutOfBoundsException e) {
        // Closed, or nothing that was a question.
      }
    }
  }

  private byte[] answer(byte[] question) throws IOException {
    int end = HEADER;
    while (question[end] != 0) {
      end += 1 + (question[end] & 0xff);
    }
    end += 5; // the last length, type, class
    int type = (question[end - 4] & 0xff) << 8 | question[end - 3] & 0xff;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(question, 0, 2);
    out.writeShort(0x8580); // an answer, by authority, recursion
    out.writeShort(1);
    out.writeShort(type == TYPE_A ? 1 : 0);
    out.writeShort(0);
    out.writeShort(0);
    out.write(question, HEADER, end - HEADER);
    if (type == TYPE_A) {
      out.writeShort(0xc000 | HEADER); // the name that was asked for
      out.writeShort(TYPE_A);
      out.writeShort(1);
      out.writeInt(1); // second
      out.writeShort(4);
      out.write(address.getAddress());
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
