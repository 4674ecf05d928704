package dev.checkrail.rehearse.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * All stub servers on one thread and one selector. That makes "everything the stubs have received
 * so far" exact: {@link #take} runs the selector until the kernel has nothing more to hand over, so
 * bytes that HAProxy had sent before it answered the client are all in the record.
 */
final class StubServers {
  private final Selector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Map<Endpoint, Door> doors = new HashMap<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::nanos));
  private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
  private List<Arrival> arrivals = new ArrayList<>();
  private long connections;

  private StubServers(Selector selector) {
    this.selector = selector;
  }

  static StubServers open() throws IOException {
    StubServers servers = new StubServers(Selector.open());
    Thread.ofPlatform().daemon().name("stubs").start(servers::run);
    return servers;
  }

  /**
   * Makes the stubs exactly these: what listens already goes on, with its connections; what is not
   * named is closed. Returns where each listens, in the order given (a port 0 is chosen here).
   */
  List<Endpoint> set(List<Stub> stubs) throws IOException {
    return ask(() -> {
      Set<Endpoint> wanted = new HashSet<>();
      for (Stub stub : stubs) {
        if (!(stub.behaviour() instanceof Behaviour.Refuses)) {
          wanted.add(stub.at());
        }
      }
      for (Door door : List.copyOf(doors.values())) {
        if (!wanted.contains(door.at)) {
          door.close();
        }
      }
      List<Endpoint> listening = new ArrayList<>();
      for (Stub stub : stubs) {
        listening.add(set(stub));
      }
      return listening;
    });
  }

  /** Closes what every stub has accepted; the stubs listen on. */
  void hangUp() throws IOException {
    ask(() -> {
      doors.values().forEach(Door::hangUp);
      return true;
    });
  }

  /** What has been received since the last call. */
  List<Delivery> take() throws IOException {
    return ask(() -> {
      while (selector.selectNow(this::ready) > 0) {
        // until the kernel has nothing more
      }
      List<Delivery> taken = arrivals.stream().map(Arrival::delivery).toList();
      arrivals = new ArrayList<>();
      return taken;
    });
  }

  private Endpoint set(Stub stub) throws IOException {
    if (stub.behaviour() instanceof Behaviour.Refuses) {
      return stub.at();
    }
    Door known = doors.get(stub.at());
    if (known != null) {
      known.stub = stub;
      return known.at;
    }
    // Of its own family: a dual-stack socket would come second to HAProxy's on the same address.
    ServerSocketChannel channel =
        ServerSocketChannel.open(
            stub.at().address().indexOf(':') < 0
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
    try {
      channel.configureBlocking(false);
      // HAProxy may bind *:port and a stub address:port: with this on both sides the kernel lets
      // them, and the more specific one gets the connections.
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      channel.bind(stub.at().socket(), 1024);
      Endpoint at = Endpoint.of((InetSocketAddress) channel.getLocalAddress());
      Door door = new Door(at, channel, stub);
      channel.register(selector, SelectionKey.OP_ACCEPT, door);
      doors.put(at, door);
      return at;
    } catch (IOException e) {
      channel.close();
      throw new IOException("a stub cannot listen on " + stub.at() + ": " + e.getMessage(), e);
    }
  }

  private <T> T ask(Callable<T> question) throws IOException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    tasks.add(() -> {
      try {
        answer.complete(question.call());
      } catch (Exception e) {
        answer.completeExceptionally(e);
      }
    });
    selector.wakeup();
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause() == null ? e.toString() : e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void run() {
    try {
      while (true) {
        Due next = due.peek();
        if (next == null) {
          selector.select(this::ready);
        } else {
          long millis = (next.nanos - System.nanoTime() + 999_999) / 1_000_000;
          if (millis > 0) {
            selector.select(this::ready, millis);
          } else {
            due.remove();
            next.action.run();
          }
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
      }
    } catch (IOException e) {
      SandboxAgent.die("the stubs' selector failed: " + e);
    }
  }

  private void ready(SelectionKey key) {
    switch (key.attachment()) {
      case Door door -> door.accept();
      case Guest guest -> guest.ready(key);
      case null, default -> throw new IllegalStateException("unknown key " + key.attachment());
    }
  }

  private record Due(long nanos, Runnable action) {}

  /** A listening stub. */
  private final class Door {
    final Endpoint at;
    final ServerSocketChannel channel;
    final Set<Guest> guests = new HashSet<>();
    Stub stub;

    Door(Endpoint at, ServerSocketChannel channel, Stub stub) {
      this.at = at;
      this.channel = channel;
      this.stub = stub;
    }

    void accept() {
      try {
        for (SocketChannel peer = channel.accept(); peer != null; peer = channel.accept()) {
          peer.configureBlocking(false);
          peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
          Guest guest = new Guest(this, peer);
          guests.add(guest);
          peer.register(selector, SelectionKey.OP_READ, guest);
        }
      } catch (IOException e) {
        // A peer that is gone before it was accepted has sent nothing.
      }
    }

    void hangUp() {
      List.copyOf(guests).forEach(Guest::close);
    }

    void close() {
      doors.remove(at);
      hangUp();
      quietly(channel);
    }
  }

  /** An accepted connection. */
  private final class Guest {
    final Door door;
    final SocketChannel channel;
    final Endpoint peer;
    final long number = ++connections;
    private MessageReader reader = MessageReader.request();
    private @Nullable Arrival current;
    private @Nullable ByteBuffer unsent;
    private boolean deaf;
    private boolean closeAfterSending;

    Guest(Door door, SocketChannel channel) throws IOException {
      this.door = door;
      this.channel = channel;
      this.peer = Endpoint.of((InetSocketAddress) channel.getRemoteAddress());
    }

    void ready(SelectionKey key) {
      try {
        if (key.isWritable()) {
          send(ByteBuffer.allocate(0));
        }
        if (key.isValid() && key.isReadable()) {
          read();
        }
      } catch (IOException e) {
        close();
      }
    }

    private void read() throws IOException {
      buffer.clear();
      int count = channel.read(buffer);
      if (count < 0) {
        close();
      } else if (!deaf) {
        switch (door.stub.protocol()) {
          case HTTP -> readHttp(count);
          case TCP -> readTcp(count);
        }
      }
    }

    private void readHttp(int count) {
      int at = 0;
      while (at < count && !deaf) {
        at += reader.feed(buffer.array(), at, count);
        if (reader.headRead()) {
          Arrival arrival = current;
          if (arrival == null) {
            arrival = new Arrival(door.at, peer, number, reader.headText());
            current = arrival;
            arrivals.add(arrival);
          }
          arrival.bodyLength = reader.bodyLength();
          arrival.complete = reader.done();
          if (reader.done()) {
            current = null;
            reader = MessageReader.request();
            answerHttp(arrival.delivery());
          }
        }
      }
    }

    private void readTcp(int count) {
      Arrival arrival =
          new Arrival(
              door.at,
              peer,
              number,
              new String(buffer.array(), 0, count, StandardCharsets.ISO_8859_1));
      arrival.complete = true;
      arrivals.add(arrival);
      if (door.stub.behaviour() instanceof Behaviour.Closes) {
        deaf = true;
        close();
      } else if (door.stub.behaviour() instanceof Behaviour.Answers answers) {
        deaf = true;
        closeAfterSending = true;
        later(answers.afterMillis(), answers.body());
      }
    }

    private void answerHttp(Delivery request) {
      if (door.stub.behaviour() instanceof Behaviour.Closes) {
        deaf = true;
        close();
      }
      if (!(door.stub.behaviour() instanceof Behaviour.Answers answers)) {
        return;
      }
      String method = request.method();
      int status = answers.status();
      boolean tunnel = method.equals("CONNECT") && status / 100 == 2;
      boolean bodiless = tunnel || status / 100 == 1 || status == 204 || status == 304;
      deaf = tunnel;
      closeAfterSending =
          request.header("connection").stream().anyMatch(value -> value.equalsIgnoreCase("close"))
              || (request.requestLine().endsWith("HTTP/1.0")
                  && request.header("connection").stream()
                      .noneMatch(value -> value.equalsIgnoreCase("keep-alive")));
      StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append(" stub\r\n");
      answers.headerLines().forEach(line -> text.append(line).append("\r\n"));
      if (!bodiless) {
        text.append("content-length: ").append(answers.body().length()).append("\r\n");
      }
      if (closeAfterSending) {
        text.append("connection: close\r\n");
      }
      text.append("\r\n");
      if (!bodiless && !method.equals("HEAD")) {
        text.append(answers.body());
      }
      later(answers.afterMillis(), text.toString());
    }

    private void later(int millis, String text) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      Runnable sending =
          () -> {
            try {
              send(bytes);
            } catch (IOException e) {
              close();
            }
          };
      if (millis == 0) {
        sending.run();
      } else {
        due.add(new Due(System.nanoTime() + millis * 1_000_000L, sending));
      }
    }

    private void send(ByteBuffer bytes) throws IOException {
      if (!channel.isOpen()) {
        return;
      }
      ByteBuffer all = bytes;
      if (unsent != null) {
        all = ByteBuffer.allocate(unsent.remaining() + bytes.remaining());
        all.put(unsent).put(bytes).flip();
        unsent = null;
      }
      channel.write(all);
      SelectionKey key = channel.keyFor(selector);
      if (all.hasRemaining()) {
        unsent = all;
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      } else {
        key.interestOps(SelectionKey.OP_READ);
        if (closeAfterSending) {
          // Not close(): unread bytes would turn it into a reset that eats the answer.
          deaf = true;
          channel.shutdownOutput();
        }
      }
    }

    void close() {
      door.guests.remove(this);
      quietly(channel);
    }
  }

  /** A delivery that may still grow. */
  private static final class Arrival {
    private final Endpoint stub;
    private final Endpoint peer;
    private final long connection;
    private final String head;
    long bodyLength;
    boolean complete;

    Arrival(Endpoint stub, Endpoint peer, long connection, String head) {
      this.stub = stub;
      this.peer = peer;
      this.connection = connection;
      this.head = head;
    }

    Delivery delivery() {
      return new Delivery(stub, peer, connection, head, bodyLength, complete);
    }
  }

  private static void quietly(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      // Closing is all that was wanted.
    }
  }
}
