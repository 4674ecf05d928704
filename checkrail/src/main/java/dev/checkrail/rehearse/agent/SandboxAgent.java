package dev.checkrail.rehearse.agent;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The process inside the sandbox. It answers one question after the other, and ends as soon as its
 * standard input does, whatever it is doing: when the product dies, even by {@code kill -9}, the
 * kernel closes that pipe. In a process namespace of its own everything else there dies with it.
 *
 * <p>Arguments: the command of HAProxy, with its wrapper. The first frame that it writes is
 * HAProxy's version text, or what went wrong.
 */
public final class SandboxAgent {
  private final Children children;
  private final StubServers stubs;
  private final RawClient client = new RawClient();
  private final List<SocketChannel> kept = new ArrayList<>();
  private boolean local;

  private SandboxAgent(Children children, StubServers stubs) {
    this.children = children;
    this.stubs = stubs;
  }

  /** Runs until standard input ends. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    OutputStream out = System.out;
    Children children = new Children(List.of(arguments));
    BlockingQueue<DataInputStream> questions = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().name("questions").start(() -> read(questions, children));
    try {
      Children.Ended version = children.run(Path.of("."), List.of("-v"), Map.of(), 10_000);
      if (version.exit() != 0) {
        problem(version.output().isBlank() ? "it ended with " + version.exit() : version.output())
            .send(out);
        return;
      }
      Wire.Frame hello = new Wire.Frame(true);
      Wire.text(hello.out(), version.output());
      hello.send(out);
    } catch (IOException e) {
      problem(String.valueOf(e.getMessage())).send(out);
      return;
    }
    // HAProxy is started on this thread only: it is told to die with the thread that started it.
    SandboxAgent agent = new SandboxAgent(children, StubServers.open());
    while (true) {
      agent.answer(questions.take()).send(out);
    }
  }

  private static void read(BlockingQueue<DataInputStream> questions, Children children) {
    try {
      InputStream in = System.in;
      for (Optional<DataInputStream> next = Wire.next(in); next.isPresent(); next = Wire.next(in)) {
        questions.add(next.get());
      }
    } catch (IOException e) {
      // The product is gone in the middle of a word.
    }
    children.killAll();
    try {
      // Tells the product, if it still listens, that all is ended: it need not wait for the virtual
      // machine, which takes 0.3 s to end when a thread of it waits in the kernel.
      Wire.goodbye(System.out);
    } catch (IOException e) {
      // Nobody listens.
    }
    Runtime.getRuntime().halt(0);
  }

  /** Ends everything here, because going on would give wrong records. */
  static void die(String why) {
    System.err.println(why);
    Runtime.getRuntime().halt(3);
  }

  private Wire.Frame answer(DataInputStream question) throws IOException {
    try {
      Wire.Frame done = new Wire.Frame(true);
      answer(Wire.Question.valueOf(Wire.text(question)), question, done.out());
      return done;
    } catch (IOException | RuntimeException e) {
      return problem(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private static Wire.Frame problem(String text) throws IOException {
    Wire.Frame frame = new Wire.Frame(false);
    Wire.text(frame.out(), text);
    return frame;
  }

  private void answer(Wire.Question question, DataInputStream in, DataOutputStream out)
      throws IOException {
    switch (question) {
      case START -> start(in, out);
      case STOP -> ended(out, children.stop(in.readInt()));
      case LOOK -> ended(out, children.look(in.readInt()));
      case ADMIN -> Wire.text(out, children.admin(in.readInt(), Wire.text(in)));
      case RUN ->
          ended(
              out,
              children.run(
                  Path.of(Wire.text(in)),
                  Wire.list(in, Wire::text),
                  Wire.environment(in),
                  in.readInt()));
      case EXCHANGE -> {
        List<RawRequest> requests = Wire.list(in, Wire::request);
        out.writeInt(requests.size());
        for (RawRequest request : requests) {
          Wire.exchange(out, exchange(request));
        }
        if (local) {
          for (int number : children.numbers()) {
            stayLocal(number);
          }
        }
      }
      case STUBS -> Wire.list(out, stubs.set(Wire.list(in, Wire::stub)), Wire::endpoint);
      case TAKE -> Wire.list(out, stubs.take(), Wire::delivery);
      case ADDRESSES -> addresses(Wire.list(in, Wire::text));
      case PORTS -> Wire.list(out, freePorts(in.readInt()), DataOutputStream::writeInt);
    }
  }

  private Exchange exchange(RawRequest request) throws IOException {
    List<Delivery> strays = stubs.take();
    Exchange seen = client.exchange(request);
    return new Exchange(
        seen.end(),
        seen.detail(),
        seen.response(),
        seen.received(),
        stubs.take(),
        strays,
        seen.micros());
  }

  private void start(DataInputStream in, DataOutputStream out) throws IOException {
    Path folder = Path.of(Wire.text(in));
    List<String> arguments = Wire.list(in, Wire::text);
    Map<String, String> environment = Wire.environment(in);
    String adminSocket = Wire.text(in);
    int millis = in.readInt();
    local = in.readBoolean();
    List<Stub> wanted = Wire.list(in, Wire::stub);
    List<Endpoint> listening = stubs.set(wanted);
    stubs.hangUp();
    Children.Started started = children.start(folder, arguments, environment, adminSocket, millis);
    if (started.number() != 0) {
      if (local) {
        stayLocal(started.number());
      }
      Sockets sockets = Sockets.read();
      for (Endpoint stub : listening) {
        if (sockets.listeners(stub) > 1) {
          children.stop(started.number());
          throw new IOException(
              "the configuration itself listens on " + stub + ", where a stub was asked for");
        }
      }
    }
    out.writeInt(started.number());
    ended(out, started.ended());
    Wire.list(out, listening, Wire::endpoint);
  }

  /**
   * Where nothing else keeps HAProxy in, this looks whether it is in: it has no socket that listens
   * to, or is connected with, anything but this machine itself. Else it is ended.
   */
  private void stayLocal(int number) throws IOException {
    List<String> outside = Sockets.read().outside(children.pid(number));
    if (!outside.isEmpty()) {
      children.stop(number);
      throw new IOException(
          "HAProxy was stopped, for it has a socket outside of the machine's loopback device: "
              + String.join(", ", outside));
    }
  }

  private static void ended(DataOutputStream out, Children.Ended ended) throws IOException {
    out.writeInt(ended.exit());
    out.writeBoolean(ended.timedOut());
    Wire.text(out, ended.output());
  }

  /** Puts addresses on the loopback device; one that is there already is no problem. */
  private static void addresses(List<String> addresses) throws IOException {
    for (String address : addresses) {
      boolean four = InetAddress.ofLiteral(address).getAddress().length == 4;
      Process process =
          new ProcessBuilder(
                  List.of("ip", "addr", "replace", address + (four ? "/32" : "/128"), "dev", "lo"))
              .redirectErrorStream(true)
              .start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      try {
        if (process.waitFor() != 0) {
          throw new IOException("no address " + address + ": " + text);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /**
   * Ports that nobody else gets until this is asked again. Each is bound by a socket that does not
   * listen: the kernel gives it to no client as its own port, HAProxy and the stubs may still
   * listen there (all have SO_REUSEADDR), and while nobody does, connections are refused.
   */
  private List<Integer> freePorts(int count) throws IOException {
    for (SocketChannel channel : kept) {
      channel.close();
    }
    kept.clear();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
      kept.add(channel);
      channel.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      // Only now, lest the kernel chose a port that another such socket has.
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      ports.add(Endpoint.of((InetSocketAddress) channel.getLocalAddress()).port());
    }
    return ports;
  }
}
