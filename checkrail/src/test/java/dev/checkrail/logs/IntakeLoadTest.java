package dev.checkrail.logs;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * 20,000 lines a second over the loopback: each is counted, none is lost. Three seconds; with
 * {@code -Dcheckrail.load=full} ten minutes, at the end of which as much memory is used as near the
 * beginning.
 */
class IntakeLoadTest {
  private static final boolean FULL = "full".equals(System.getProperty("checkrail.load"));
  private static final Duration TIME = FULL ? Duration.ofMinutes(10) : Duration.ofSeconds(3);
  private static final int PER_SECOND = 20_000;
  private static final int BURST = 100;
  private static final int KINDS = 8192;

  @Test
  void twentyThousandLinesASecondAreCountedExactly() throws Exception {
    AtomicLong records = new AtomicLong();
    AtomicLong served = new AtomicLong();
    List<byte[]> lines = lines();
    long expectedServed = 0;
    long expectedParsed = 0;
    long sent = 0;
    try (Intake intake =
            Intake.open(
                new LogSource.Udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new LineReader(ZoneOffset.UTC),
                batch -> {
                  records.addAndGet(batch.size());
                  served.addAndGet(batch.stream().filter(one -> one.server().isPresent()).count());
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
      long total = TIME.toSeconds() * PER_SECOND;
      for (int second = 0; sent < total; ) {
        long due = (System.nanoTime() - begin) * PER_SECOND / 1_000_000_000L;
        // After a pause of its own the sender makes up for it, but not in one burst.
        for (long most = Math.min(Math.min(due, total), sent + BURST); sent < most; sent++) {
          int kind = (int) (sent % KINDS);
          byte[] line = lines.get(kind);
          sender.write(buffer.clear().put(line).flip());
          if (!isNotice(kind)) {
            expectedParsed++;
            expectedServed += isServed(kind) ? 1 : 0;
          }
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
      long all = sent;
      eventually("all lines", () -> settled(intake.counts(), all));
      long wall = System.nanoTime() - begin;
      Counts counts = intake.counts();
      System.out.printf(
          "log intake: %d lines in %.1f s, %.0f lines/s, dropped %s + %d, cores used %.2f (sender"
              + " apart: %.2f), buffer of the kernel %d bytes, memory after a minute %d MB, most"
              + " %d MB%n",
          counts.lines(),
          wall / 1e9,
          counts.lines() / (wall / 1e9),
          counts.droppedByKernel(),
          counts.droppedByQueue(),
          (processNanos() - cpu) / (double) wall,
          (processNanos() - cpu - (threadNanos() - own)) / (double) wall,
          intake.receiveBuffer(),
          earlyMemory >> 20,
          mostMemory >> 20);
      assertThat(counts.droppedByKernel()).hasValue(0);
      assertThat(counts.droppedByQueue()).isZero();
      assertThat(counts.lines()).isEqualTo(sent);
      assertThat(counts.parsed()).isEqualTo(expectedParsed);
      assertThat(counts.refused()).containsEntry(Read.Reason.NOTICE, sent - expectedParsed);
      if (FULL) {
        assertThat(mostMemory).isLessThan(earlyMemory + (32 << 20));
      }
    }
    assertThat(records.get()).isEqualTo(expectedParsed);
    assertThat(served.get()).isEqualTo(expectedServed);
  }

  private static boolean settled(Counts counts, long sent) {
    return counts.lines() + counts.droppedByQueue() + counts.droppedByKernel().orElse(0) == sent;
  }

  private static boolean isNotice(int kind) {
    return kind % 100 == 99;
  }

  private static boolean isServed(int kind) {
    return kind % 10 != 3;
  }

  /** Lines of the recommended format, as different as those of some thousand clients. */
  private static List<byte[]> lines() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<byte[]> lines = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      String text =
          isNotice(kind)
              ? "Server be_pay/pay-1 is DOWN, reason: Layer4 timeout."
              : String.format(
                  "checkrail/1 %d 10.%d.%d.%d:%d 10.0.0.1:443 fe~ be_%d/%s %d/0/1/%d/%d 200 %d"
                      + " --NI 55/50/20/%d/0 0/0 \"147fb4a6-b8c0-4e5b-a734-%012x\" %016x"
                      + " api-%d.example.com >{Mozilla/5.0 (X11; Linux x86_64)} < \"POST"
                      + " /v1/payments/%d/capture?amount=%d HTTP/1.1\"",
                  1795368963122L + kind,
                  random.nextInt(256),
                  random.nextInt(256),
                  random.nextInt(256),
                  random.nextInt(1024, 65536),
                  random.nextInt(20),
                  isServed(kind) ? "s" + random.nextInt(10) : "<NOSRV>",
                  random.nextInt(3),
                  random.nextInt(200),
                  random.nextInt(200, 400),
                  random.nextInt(100_000),
                  random.nextInt(64),
                  random.nextLong(1L << 48),
                  random.nextLong(),
                  random.nextInt(50),
                  random.nextInt(1_000_000),
                  random.nextInt(10_000));
      lines.add(("<134>Nov 22 17:36:03 haproxy[18405]: " + text + "\n").getBytes(ISO_8859_1));
    }
    return lines;
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
