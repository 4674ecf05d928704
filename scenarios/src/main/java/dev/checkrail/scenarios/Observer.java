package dev.checkrail.scenarios;

import dev.checkrail.scenarios.topology.Topology;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A third party: asks HAProxy's master which workers there are, compares the file on the disk with
 * the approved one, and asks for a harmless thing at each paying host. Writes down what changes.
 * Proven is: another worker than the bad one serves, its files are the approved ones, and each
 * paying host answers as payment servers do (401, at once) three times in a row.
 */
final class Observer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int IN_A_ROW = 3;
  private static final int PATIENCE = 400;
  private static final long EVERY = 200_000_000;

  private final Topology topology;
  private final byte[] approved;
  private final Writer out;
  private final Thread thread;
  private final Set<Long> bad = new HashSet<>();
  private volatile boolean ended;
  private volatile @Nullable Instant proven;
  private volatile @Nullable Instant alone;
  private String last = "";
  private int good;

  private Observer(Topology topology, byte[] approved, Writer out) {
    this.topology = topology;
    this.approved = approved.clone();
    this.out = out;
    this.thread = Thread.ofPlatform().daemon().name("observer").unstarted(this::watch);
  }

  /** Observes until it is closed; begun while the approved version serves. */
  static Observer start(Topology topology, String name) throws IOException {
    Observer observer =
        new Observer(
            topology,
            Files.readAllBytes(topology.configuration()),
            Files.newBufferedWriter(topology.raw().resolve(name + ".jsonl")));
    observer.thread.start();
    return observer;
  }

  /** When the approved version was proven to serve again, after it had not. */
  Optional<Instant> proven() {
    return Optional.ofNullable(proven);
  }

  /** When no old worker was left after that. */
  Optional<Instant> alone() {
    return Optional.ofNullable(alone);
  }

  private void watch() {
    while (!ended) {
      try {
        look();
      } catch (IOException | RuntimeException e) {
        note("\"unseen\"");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(EVERY);
    }
  }

  private void look() throws IOException {
    List<Long> workers = new ArrayList<>();
    List<Long> old = new ArrayList<>();
    List<Long> into = new ArrayList<>();
    for (String line : master("show proc").lines().toList()) {
      if (line.startsWith("# workers")) {
        into = workers;
      } else if (line.startsWith("# old workers")) {
        into = old;
      } else if (line.startsWith("#")) {
        into = new ArrayList<>();
      } else if (line.matches("[0-9]+ .*")) {
        into.add(Long.parseLong(line.substring(0, line.indexOf(' '))));
      }
    }
    if (workers.isEmpty()) {
      return;
    }
    boolean files = java.util.Arrays.equals(Files.readAllBytes(topology.configuration()), approved);
    if (!files) {
      bad.addAll(workers);
    }
    boolean other = !bad.isEmpty() && workers.stream().noneMatch(bad::contains);
    boolean right = false;
    if (other && files && proven == null) {
      Instant began = Instant.now();
      right = probe(topology.staging().host()) && probe(topology.staging().secondHost());
      good = right ? good + 1 : 0;
      if (good >= IN_A_ROW) {
        proven = began;
      }
    }
    if (other && old.isEmpty() && alone == null) {
      alone = Instant.now();
    }
    ObjectNode seen = JSON.createObjectNode();
    workers.forEach(seen.putArray("workers")::add);
    old.forEach(seen.putArray("old_workers")::add);
    seen.put("approved_file", files).put("probes_in_a_row", good).put("proven", proven != null);
    note(seen.toString());
  }

  private void note(String seen) {
    if (!seen.equals(last)) {
      last = seen;
      try {
        out.write("{\"at\":\"" + Instant.now() + "\",\"seen\":" + seen + "}\n");
        out.flush();
      } catch (IOException e) {
        System.err.println("checkrail: what was observed can't be kept: " + e.getMessage());
      }
    }
  }

  private String master(String command) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(topology.master()));
      channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.shutdownOutput();
      StringBuilder said = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        said.append(StandardCharsets.UTF_8.decode(buffer));
        buffer.clear();
      }
      return said.toString();
    }
  }

  /** Nobody is asked for money: no body and no credentials. */
  private boolean probe(String host) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(), topology.staging().port("http")),
          PATIENCE);
      socket.setSoTimeout(PATIENCE);
      socket
          .getOutputStream()
          .write(
              ("GET /v1/payments HTTP/1.1\r\nHost: "
                      + host
                      + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String status =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
              .readLine();
      return status != null && status.contains(" 401 ");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join(5000);
      out.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println("checkrail: what was observed can't be kept: " + e.getMessage());
    }
  }
}
