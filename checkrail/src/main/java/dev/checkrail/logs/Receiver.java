package dev.checkrail.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Empties a datagram socket on one thread and reads the lines on another. */
final class Receiver {
  private static final long AFTER_ERROR_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final DatagramChannel channel;
  private final Inbox inbox = new Inbox();
  private final Thread receiving;
  private final Thread reading;
  private volatile String trouble = "";

  private Receiver(DatagramChannel channel, Intake.Sink sink, String name) {
    this.channel = channel;
    this.receiving =
        Thread.ofPlatform().daemon().name("log-receive-" + name).unstarted(this::receive);
    this.reading =
        Thread.ofPlatform().daemon().name("log-read-" + name).unstarted(() -> inbox.drain(sink));
  }

  static Receiver start(DatagramChannel channel, Intake.Sink sink, String name) {
    Receiver receiver = new Receiver(channel, sink, name);
    receiver.reading.start();
    receiver.receiving.start();
    return receiver;
  }

  private void receive() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LineReader.LONGEST + 1);
    while (channel.isOpen()) {
      try {
        buffer.clear();
        if (channel.receive(buffer) != null || buffer.position() > 0) {
          inbox.add(buffer.flip());
        }
        if (!trouble.isEmpty()) {
          trouble = "";
        }
      } catch (IOException e) {
        if (channel.isOpen()) {
          trouble = "receiving log lines failed: " + e;
          LockSupport.parkNanos(AFTER_ERROR_NANOS);
        }
      }
    }
    inbox.close();
  }

  long dropped() {
    return inbox.dropped();
  }

  String trouble() {
    return trouble;
  }

  /** Ends both threads; what was received is read first. */
  void close() {
    try {
      channel.close();
      receiving.join();
      reading.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
