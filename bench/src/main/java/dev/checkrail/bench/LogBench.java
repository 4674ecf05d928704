package dev.checkrail.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.management.OperatingSystemMXBean;
import dev.checkrail.logs.Counts;
import dev.checkrail.logs.Intake;
import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogSource;
import dev.checkrail.logs.Read;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Lines of HAProxy's log: read one after the other on one core, and received over the loopback at a
 * given rate from another process. Prints lines per second of processor time, and the cores that
 * the receiving process used with its collector and compilers.
 *
 * <pre>
 * LogBench                      the reader alone, both formats
 * LogBench RATE SECONDS         from the socket to records
 * </pre>
 */
public final class LogBench {
  private static final String HTTPLOG =
      "<134>Nov 22 17:36:03 haproxy[18405]: 10.0.%d.%d:33317 [22/Nov/2026:12:14:%02d.655] fe~ be_%d/s%d"
          + " 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {api-%d.example.com|Mozilla/5.0 (X11;"
          + " Linux x86_64) AppleWebKit/537.36} \"GET /v1/payments/%d?amount=%d&currency=EUR"
          + " HTTP/1.1\"\n";
  private static final String RECOMMENDED =
      "<134>Nov 22 17:36:03 haproxy[18405]: checkrail/1 1795368963122 10.0.%d.%d:34398 10.0.0.%d:443"
          + " fe~ be_%d/s%d 1/0/2/118/121 201 612 --NI 7/5/3/1/0 0/0"
          + " \"147fb4a6-b8c0-4e5b-a734-e311fe176897\" d390a9665885ca95 api-%d.example.com"
          + " >{Mozilla/5.0 (X11; Linux x86_64)} < \"POST /v1/payments/%d/capture?amount=%d"
          + " HTTP/1.1\"\n";
  private static final int LINES = 8192;
  private static final int ROUNDS = 8;
  private static final int REPEATS = 40;

  private LogBench() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      read("option httplog", HTTPLOG);
      read("recommended", RECOMMENDED);
    } else if (args[0].equals("send")) {
      send(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    } else {
      receive(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
    }
  }

  private static List<byte[]> lines(String format) {
    Random random = new Random(1);
    List<byte[]> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add(
          String.format(
                  Locale.ROOT,
                  format,
                  random.nextInt(256),
                  random.nextInt(256),
                  random.nextInt(60),
                  random.nextInt(20),
                  random.nextInt(10),
                  random.nextInt(50),
                  random.nextInt(1_000_000),
                  random.nextInt(10_000))
              .getBytes(ISO_8859_1));
    }
    return lines;
  }

  private static void read(String name, String format) {
    List<byte[]> lines = lines(format);
    LineReader reader = new LineReader(ZoneId.of("Europe/Berlin"));
    List<Double> rates = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      long parsed = 0;
      long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (int i = 0; i < REPEATS; i++) {
        for (byte[] line : lines) {
          parsed += reader.read(line) instanceof Read.Parsed ? 1 : 0;
        }
      }
      long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin;
      if (parsed != (long) LINES * REPEATS) {
        throw new IllegalStateException("only " + parsed + " lines were read");
      }
      rates.add(parsed / (nanos / 1e9));
    }
    List<Double> warm = rates.subList(ROUNDS / 2, ROUNDS).stream().sorted().toList();
    System.out.printf(
        "%s: %.0f lines/s of one core (lowest of the warm rounds; first round %.0f)%n",
        name, warm.getFirst(), rates.getFirst());
  }

  private static void receive(int rate, int seconds) throws Exception {
    AtomicLong records = new AtomicLong();
    try (Intake intake =
        Intake.open(
            new LogSource.Udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            new LineReader(ZoneId.of("Europe/Berlin")),
            batch -> records.addAndGet(batch.size()),
            "bench")) {
      int port = intake.address().orElseThrow().getPort();
      Process sender =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-XX:+UseSerialGC",
                  "-cp",
                  System.getProperty("java.class.path"),
                  LogBench.class.getName(),
                  "send",
                  String.valueOf(port),
                  String.valueOf(rate),
                  String.valueOf(seconds))
              .inheritIO()
              .start();
      while (intake.counts().lines() == 0) {
        LockSupport.parkNanos(1_000_000);
      }
      long half = (long) rate * seconds / 2;
      while (intake.counts().lines() < half && sender.isAlive()) {
        LockSupport.parkNanos(1_000_000);
      }
      // The second half: compiled by then.
      long lines = intake.counts().lines();
      long cpu = cpu();
      long begin = System.nanoTime();
      sender.waitFor();
      long wall = System.nanoTime() - begin;
      long used = cpu() - cpu;
      Counts counts = intake.counts();
      long end = System.nanoTime() + 1_000_000_000L; // for the last of them
      while (all(counts) < (long) rate * seconds && System.nanoTime() < end) {
        LockSupport.parkNanos(1_000_000);
        counts = intake.counts();
      }
      System.out.printf(
          "%.0f lines/s: %.3f cores (%.1f µs a line), %d of %d lines, dropped %d + %d, kernel's"
              + " buffer %d bytes, heap committed %d MB%n",
          (counts.lines() - lines) / (wall / 1e9),
          used / (double) wall,
          used / 1e3 / (counts.lines() - lines),
          counts.lines(),
          (long) rate * seconds,
          counts.droppedByKernel().orElse(-1),
          counts.droppedByQueue(),
          intake.receiveBuffer(),
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted() >> 20);
    }
  }

  private static long all(Counts counts) {
    return counts.lines() + counts.droppedByQueue() + counts.droppedByKernel().orElse(0);
  }

  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void send(int port, int rate, int seconds) throws Exception {
    List<byte[]> lines = lines(RECOMMENDED);
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      ByteBuffer buffer = ByteBuffer.allocateDirect(2048);
      long total = (long) rate * seconds;
      long begin = System.nanoTime();
      for (long sent = 0; sent < total; ) {
        long due = Math.min(total, (System.nanoTime() - begin) * rate / 1_000_000_000L);
        for (; sent < due; sent++) {
          channel.write(buffer.clear().put(lines.get((int) (sent % LINES))).flip());
        }
        LockSupport.parkNanos(100_000);
      }
    }
  }
}
