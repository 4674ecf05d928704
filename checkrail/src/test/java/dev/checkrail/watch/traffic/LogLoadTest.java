package dev.checkrail.watch.traffic;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.logs.Counts;
import dev.checkrail.logs.Intake;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogSource;
import dev.checkrail.logs.Read.Reason;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.prove.Prove;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 20,000 lines a second over the loopback, routed by approved rules, counted and sampled: none is
 * lost, each refused line is counted by its reason, and the shares of routes are those that {@code
 * scenarios/recount} finds in the lines themselves. Some three seconds, on a busy machine longer:
 * the sender waits for the intake. With {@code -Dcheckrail.load=full} ten minutes in which it waits
 * for nobody, at the end of which as much memory is used as near the beginning.
 */
class LogLoadTest {
  private static final boolean FULL = "full".equals(System.getProperty("checkrail.load"));
  private static final Duration TIME = FULL ? Duration.ofMinutes(10) : Duration.ofSeconds(3);
  private static final int PER_SECOND = 20_000;
  private static final int BURST = 100;

  /** Lines on their way in a short run: fewer than the smallest buffer of a kernel holds. */
  private static final int WINDOW = 250;

  private static final int KINDS = 8192;
  private static final String DATE = "1795368963122";

  private static final String CONFIGURATION =
      """
      defaults
        mode http
      frontend fe
        bind 127.0.0.1:8080
        use_backend be_pay if { path_beg /v1/payments/ }
        default_backend be_web
      backend be_pay
        server pay-1 127.0.0.1:9101
        server pay-2 127.0.0.1:9102
        server pay-3 127.0.0.1:9103
      backend be_web
        server web-1 127.0.0.1:9301
        server web-2 127.0.0.1:9302
      """;

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
        web:
          - path: /**
            except: [payments]
      """;

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(1);
  private final Map<Reason, Integer> refused = new EnumMap<>(Reason.class);

  @Test
  void twentyThousandLinesASecondAreCountedExactlyByRoute() throws Exception {
    Configuration configuration =
        Read.haproxy(
                dev.checkrail.source.Files.of(Map.of("fe.cfg", CONFIGURATION)),
                List.of("fe.cfg"),
                HaproxyTarget.debian12(Map.of()))
            .configuration();
    Policy policy =
        PolicyReader.read(SourceFile.of("checkrail.yaml", POLICY), Map.of(), List.of()).policy();
    Traffic traffic = new Traffic(InstantSource.system(), Limits.standard());
    traffic.judgeBy(new Approved(Prove.regions(configuration, policy), configuration, policy));
    KeptRecords sample = new KeptRecords(KeptRecords.Limits.standard(), 1, InstantSource.system());
    List<byte[]> lines = lines();
    long first = InstantSource.system().instant().getEpochSecond();
    long rounds = Math.ceilDiv(TIME.toSeconds() * PER_SECOND, (long) KINDS);
    long total = rounds * KINDS;
    long parsed = total - rounds * refused.values().stream().mapToInt(n -> n).sum();
    try (Intake intake =
            Intake.open(
                new LogSource.Udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new LineReader(ZoneOffset.UTC),
                batch -> {
                  traffic.add(batch);
                  sample.add(batch);
                },
                "load");
        DatagramChannel sender = DatagramChannel.open()) {
      sender.connect(intake.address().orElseThrow());
      ByteBuffer buffer = ByteBuffer.allocateDirect(2048);
      long cpu = processNanos();
      long own = threadNanos();
      long begin = System.nanoTime();
      long earlyMemory = 0;
      long mostMemory = 0;
      long sent = 0;
      for (int second = 0; sent < total; ) {
        long due = (System.nanoTime() - begin) * PER_SECOND / 1_000_000_000L;
        // After a pause of its own the sender makes up for it, but not in one burst.
        long most = Math.min(Math.min(due, total), sent + BURST);
        if (!FULL) {
          most = Math.min(most, intake.counts().lines() + WINDOW);
        }
        byte[] date = Long.toString(System.currentTimeMillis()).getBytes(ISO_8859_1);
        for (; sent < most; sent++) {
          byte[] line = lines.get((int) (sent % KINDS));
          if (line[HEAD.indexOf(DATE)] == '1') {
            System.arraycopy(date, 0, line, HEAD.indexOf(DATE), date.length);
          }
          sender.write(buffer.clear().put(line).flip());
        }
        int now = (int) (sent / PER_SECOND);
        if (now > second && now % 60 == 30) {
          long used = usedMemory();
          earlyMemory = earlyMemory == 0 ? used : earlyMemory;
          mostMemory = Math.max(mostMemory, used);
        }
        second = now;
        LockSupport.parkNanos(1_000_000);
      }
      eventually("all lines", () -> settled(intake.counts(), total));
      long wall = System.nanoTime() - begin;
      Counts counts = intake.counts();
      System.out.printf(
          "log intake, routes counted: %d lines in %.1f s, %.0f lines/s, dropped %s + %d, cores"
              + " used %.2f (sender apart: %.2f), buffer of the kernel %d bytes, memory after half"
              + " a minute %d MB, most %d MB, refused %s, kept %d%n",
          counts.lines(),
          wall / 1e9,
          counts.lines() / (wall / 1e9),
          counts.droppedByKernel(),
          counts.droppedByQueue(),
          (processNanos() - cpu) / (double) wall,
          (processNanos() - cpu - (threadNanos() - own)) / (double) wall,
          intake.receiveBuffer(),
          earlyMemory >> 20,
          mostMemory >> 20,
          counts.refused(),
          sample.size());
      assertThat(counts.droppedByKernel()).hasValue(0);
      assertThat(counts.droppedByQueue()).isZero();
      assertThat(counts.lines()).isEqualTo(total);
      assertThat(counts.parsed()).isEqualTo(parsed);
      refused.forEach(
          (reason, each) -> assertThat(counts.refused()).containsEntry(reason, each * rounds));
      if (FULL) {
        assertThat(mostMemory).isLessThan(earlyMemory + (32 << 20));
      }
    }
    Second all = traffic.snapshot(first, Limits.standard().seconds());
    assertThat(all.requests()).isEqualTo(parsed);
    assertThat(traffic.health().late() + traffic.health().ahead() + traffic.health().other())
        .isZero();
    assertThat(counted(all.rows(), rounds)).isEqualTo(recount(lines));
    assertThat(sample.size()).isEqualTo((int) Math.min(parsed, 1000L * sample.slots().size()));
  }

  private static boolean settled(Counts counts, long sent) {
    return counts.lines() + counts.droppedByQueue() + counts.droppedByKernel().orElse(0) == sent;
  }

  // --- what was counted, in the words of the recount

  private static TreeSet<String> counted(List<Row> rows, long rounds) {
    Map<String, long[]> sums = new TreeMap<>();
    for (Row row : rows) {
      long[] sum =
          sums.computeIfAbsent(
              row.route().service()
                  + " "
                  + row.pool()
                  + " "
                  + (row.server().isEmpty() ? "<NOSRV>" : row.server()),
              key -> new long[2]);
      sum[0] += row.requests();
      sum[1] += row.failures();
    }
    double all = Row.sum(rows);
    TreeSet<String> lines = new TreeSet<>();
    sums.forEach((key, sum) ->
        lines.add(
            String.format(
                Locale.ROOT,
                "%s requests %d errors %d share %.4f",
                key,
                sum[0] / rounds,
                sum[1] / rounds,
                sum[0] / all)));
    return lines;
  }

  /** Every line is sent equally often, so each once gives the shares. */
  private TreeSet<String> recount(List<byte[]> lines) throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    for (byte[] line : lines) {
      text.append(new String(line, ISO_8859_1).substring(HEAD.indexOf("checkrail/1")));
    }
    Path log = Files.writeString(folder.resolve("haproxy.log"), text, ISO_8859_1);
    Path script = Path.of(System.getProperty("basedir", ".")).resolve("../scenarios/recount");
    Process process =
        new ProcessBuilder(script.toString(), log.toString(), "payments=/v1/payments/", "web=/")
            .redirectError(folder.resolve("recount.err").toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor()).isZero();
    return new TreeSet<>(out.lines().toList());
  }

  // --- lines

  private static final String HEAD =
      "<134>Nov 22 17:36:03 haproxy[18405]: checkrail/1 " + DATE + " ";

  /** Of the recommended format, as different as those of some thousand clients. */
  private List<byte[]> lines() {
    List<byte[]> lines = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      lines.add((line(kind) + "\n").getBytes(ISO_8859_1));
    }
    return lines;
  }

  private String line(int kind) {
    return switch (kind % 100) {
      case 97 -> broken(Reason.TRUNCATED, request(kind).substring(0, HEAD.length() + 20));
      case 98 -> broken(Reason.BAD_NUMBER, request(kind).replace(" 0/0/1/", " 0/0/one/"));
      case 99 ->
          broken(
              Reason.NOTICE,
              HEAD.replaceAll("checkrail.*", "Server be_pay/pay-1 is DOWN, reason: timeout."));
      default -> request(kind);
    };
  }

  private String broken(Reason reason, String line) {
    refused.merge(reason, 1, Integer::sum);
    return line;
  }

  private String request(int kind) {
    boolean payment = random.nextInt(3) == 0;
    boolean queued = random.nextInt(50) == 0;
    String server = payment ? "pay-" + (1 + random.nextInt(3)) : "web-" + (1 + random.nextInt(2));
    return HEAD
        + String.format(
            Locale.ROOT,
            "10.%d.%d.%d:%d 127.0.0.1:8080 fe %s/%s 0/0/1/%d/%d %d %d %s 55/50/20/%d/0 0/0"
                + " \"147fb4a6-b8c0-4e5b-a734-%012x\" %016x api-%d.example.com >{Mozilla/5.0 (X11)}"
                + " < \"%s %s HTTP/1.1\"",
            random.nextInt(256),
            random.nextInt(256),
            random.nextInt(256),
            random.nextInt(1024, 65536),
            payment ? "be_pay" : "be_web",
            queued ? "<NOSRV>" : server,
            random.nextInt(200),
            random.nextInt(200, 400),
            queued ? 503 : random.nextInt(100) == 0 ? 500 : 200,
            random.nextInt(100_000),
            queued ? "sQNI" : "--NI",
            random.nextInt(64),
            random.nextLong(1L << 48),
            random.nextLong(),
            random.nextInt(50),
            payment ? "POST" : "GET",
            payment
                ? "/v1/payments/%d/capture?amount=%d".formatted(kind, random.nextInt(10_000))
                : "/shop/%d?page=%d".formatted(random.nextInt(1_000_000), random.nextInt(90)));
  }

  private static long usedMemory() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long processNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long threadNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
