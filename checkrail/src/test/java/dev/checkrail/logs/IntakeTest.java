package dev.checkrail.logs;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.logs.LogSource.Tail;
import dev.checkrail.logs.LogSource.Udp;
import dev.checkrail.logs.LogSource.UnixDatagram;
import dev.checkrail.logs.Read.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXDatagramChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

class IntakeTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path temp;
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  private Intake open(LogSource source) throws IOException {
    return Intake.open(source, new LineReader(ZoneOffset.UTC), records::addAll, "test");
  }

  private static String line(int number) {
    return "10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/5 200 1 - - ---- 1/1/1/1/0 0/0"
        + " \"GET /"
        + number
        + " HTTP/1.1\"\n";
  }

  private static String lines(int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(line(i));
    }
    return text.toString();
  }

  private List<String> targets() {
    return records.stream().map(record -> record.target().orElse("")).toList();
  }

  private void arrived(int count) throws InterruptedException {
    eventually(count + " records, there are " + records.size(), () -> records.size() >= count);
    assertThat(targets())
        .containsExactlyElementsOf(
            java.util.stream.IntStream.range(0, count).mapToObj(i -> "/" + i).toList());
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  // --- UDP

  @Test
  void everyDatagramIsALineAndEachIsCounted() throws Exception {
    try (Intake intake = open(new Udp(ANY_PORT));
        DatagramChannel sender = DatagramChannel.open()) {
      InetSocketAddress to = intake.address().orElseThrow();
      assertThat(intake.receiveBuffer()).isPositive();
      for (int i = 0; i < 100; i++) {
        sender.send(bytes("<134>Nov 22 17:36:03 haproxy[1]: " + line(i)), to);
      }
      sender.send(bytes("<134>Nov 22 17:36:03 haproxy[1]: Proxy fe started.\n"), to);
      sender.send(bytes("what is this\n"), to);
      sender.send(bytes(line(100).replace("1/2/3", "1/x/3")), to);
      sender.send(bytes(line(100).substring(0, 60)), to);
      sender.send(bytes(line(100).replace(" HTTP/1.1\"\n", "")), to);
      arrived(101);
      eventually("all lines", () -> intake.counts().lines() == 105);

      Counts counts = intake.counts();
      assertThat(counts.parsed()).isEqualTo(101);
      assertThat(counts.cut()).isEqualTo(1);
      assertThat(counts.refused())
          .containsEntry(Reason.NOTICE, 1L)
          .containsEntry(Reason.UNKNOWN_FORMAT, 1L)
          .containsEntry(Reason.BAD_NUMBER, 1L)
          .containsEntry(Reason.TRUNCATED, 1L)
          .containsEntry(Reason.TOO_LONG, 0L);
      assertThat(counts.refusedInAll()).isEqualTo(4);
      assertThat(counts.droppedByKernel()).hasValue(0);
      assertThat(counts.droppedByQueue()).isZero();
      assertThat(counts.trouble()).isEmpty();
    }
  }

  @Test
  void whatComesFasterThanItIsReadIsDroppedAndCounted() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    int sent = 0;
    try (Intake intake =
            Intake.open(
                new Udp(ANY_PORT),
                new LineReader(ZoneOffset.UTC),
                list -> {
                  try {
                    busy.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "test");
        DatagramChannel sender = DatagramChannel.open()) {
      ByteBuffer large = bytes("x".repeat(60_000));
      while (intake.counts().droppedByQueue() == 0) {
        for (int i = 0; i < 20; i++, sent++) {
          sender.send(sent == 0 ? bytes(line(0)) : large.rewind(), intake.address().orElseThrow());
        }
        assertThat(sent).isLessThan(100_000);
      }
      busy.countDown();
      int all = sent;
      eventually("each is counted somewhere", () -> all(intake.counts()) == all);
    }
  }

  private static long all(Counts counts) {
    return counts.lines() + counts.droppedByQueue() + counts.droppedByKernel().orElse(0);
  }

  @Test
  void aConsumerThatThrowsLosesItsBatchOnly() throws Exception {
    try (Intake intake =
            Intake.open(
                new Udp(ANY_PORT),
                new LineReader(ZoneOffset.UTC),
                list -> {
                  if (list.getFirst().target().orElse("").equals("/0")) {
                    throw new IllegalStateException("a bug");
                  }
                  records.addAll(list);
                },
                "test");
        DatagramChannel sender = DatagramChannel.open()) {
      sender.send(bytes(line(0)), intake.address().orElseThrow());
      eventually("it threw", () -> intake.counts().consumerFailures() == 1);
      sender.send(bytes(line(1)), intake.address().orElseThrow());
      eventually("the next came", () -> targets().equals(List.of("/1")));
    }
  }

  @Test
  void anAddressThatIsTakenIsSaid() throws Exception {
    try (Intake first = open(new Udp(ANY_PORT))) {
      InetSocketAddress taken = first.address().orElseThrow();
      assertThatThrownBy(() -> open(new Udp(taken)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("can't receive log lines at udp 127.0.0.1:" + taken.getPort());
    }
  }

  @Test
  void closingEndsTheThreadsAndFreesTheAddress() throws Exception {
    InetSocketAddress address;
    try (Intake intake = open(new Udp(ANY_PORT))) {
      address = intake.address().orElseThrow();
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("log-receive-test", "log-read-test");
    open(new Udp(address)).close();
  }

  // --- UNIX sockets

  @Test
  void aUnixSocketHasItsModeAndGoesWithItsOwner() throws Exception {
    Path path = temp.resolve("log.sock");
    try (Intake intake = open(new UnixDatagram(path, 0620));
        AFUNIXDatagramChannel sender = AFUNIXDatagramChannel.open()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw--w----");
      sender.connect(AFUNIXSocketAddress.of(path));
      for (int i = 0; i < 500; i++) {
        sender.write(bytes(line(i)));
      }
      arrived(500);
      assertThat(intake.counts().lines()).isEqualTo(500);
      assertThat(intake.counts().droppedByKernel()).isEmpty();
    }
    try (var files = Files.list(temp)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aSocketThatADeadProcessLeftIsReplacedAndAllElseIsNot() throws Exception {
    Path path = temp.resolve("log.sock");
    try (AFUNIXDatagramChannel dead = AFUNIXDatagramChannel.open()) {
      dead.bind(AFUNIXSocketAddress.of(path));
    }
    assertThat(path).exists();
    try (Intake intake = open(new UnixDatagram(path, 0600))) {
      assertThatThrownBy(() -> open(new UnixDatagram(path, 0600)))
          .hasMessage("can't receive log lines at " + path + ": another process listens there");
    }
    Files.writeString(path, "precious");
    assertThatThrownBy(() -> open(new UnixDatagram(path, 0600)))
        .hasMessageContaining("there is something else than a socket");
    assertThat(path).hasContent("precious");
    assertThatThrownBy(() -> open(new UnixDatagram(temp.resolve("no/log.sock"), 0600)))
        .hasMessageContaining("there is no folder " + temp.resolve("no"));
    assertThatThrownBy(() -> open(new UnixDatagram(temp.resolve("x".repeat(120)), 0600)))
        .hasMessageContaining("too long");
  }

  // --- files

  private void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void aFileIsReadFromItsEndOrFromItsBeginning() throws Exception {
    Path file = temp.resolve("haproxy.log");
    append(file, "old\n");
    try (Intake fromEnd = open(new Tail(file, false))) {
      append(file, lines(0, 3));
      arrived(3);
      assertThat(fromEnd.counts().lines()).isEqualTo(3);
    }
    records.clear();
    try (Intake all = open(new Tail(file, true))) {
      arrived(3);
      assertThat(all.counts().lines()).isEqualTo(4);
    }
  }

  @Test
  void aLineIsReadWhenItIsWhole() throws Exception {
    Path file = temp.resolve("haproxy.log");
    append(file, "the middle of a line ");
    try (Intake intake = open(new Tail(file, false))) {
      append(file, "and its end\n" + line(0) + line(1).substring(0, 50));
      arrived(1);
      append(file, line(1).substring(50));
      arrived(2);
      assertThat(intake.counts().refusedInAll()).isZero();
    }
  }

  @Test
  void aFileNeedNotBeThereYet() throws Exception {
    Path file = temp.resolve("haproxy.log");
    try (Intake intake = open(new Tail(file, false))) {
      assertThat(intake.counts().trouble()).isEqualTo(file + " is not there yet");
      append(file, lines(0, 2));
      arrived(2);
      eventually("all is well", () -> intake.counts().trouble().isEmpty());
    }
    assertThatThrownBy(() -> open(new Tail(temp.resolve("no/haproxy.log"), false)))
        .hasMessageContaining("there is no folder");
    assertThatThrownBy(() -> open(new Tail(temp, false))).hasMessageContaining("it is not a file");
  }

  @Test
  void nothingIsLostWhenTheFileIsMovedAwayAndMadeAnew() throws Exception {
    Path file = temp.resolve("haproxy.log");
    append(file, lines(0, 10));
    try (Intake intake = open(new Tail(file, true))) {
      arrived(10);
      for (int round = 1; round <= 3; round++) {
        int base = round * 30 - 20;
        Path old = temp.resolve("haproxy.log." + round);
        append(file, lines(base, base + 5));
        Files.move(file, old);
        append(old, lines(base + 5, base + 10)); // the daemon has not been told yet
        Files.createFile(file);
        append(old, lines(base + 10, base + 15));
        append(file, lines(base + 15, base + 30));
        arrived(base + 30);
      }
      assertThat(intake.counts().lines()).isEqualTo(100);
    }
  }

  @Test
  void nothingIsReadTwiceWhenTheFileIsEmptied() throws Exception {
    Path file = temp.resolve("haproxy.log");
    append(file, lines(0, 10));
    try (Intake intake = open(new Tail(file, true))) {
      arrived(10);
      Files.copy(file, temp.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(file, "", StandardOpenOption.TRUNCATE_EXISTING);
      append(file, lines(10, 15));
      arrived(15);
      // Emptied and longer than before between two looks: seen by its first bytes.
      Files.writeString(file, lines(15, 40));
      arrived(40);
      assertThat(intake.counts().lines()).isEqualTo(40);
    }
  }

  @Test
  void aLineWithoutEndCostsNoMemory() throws Exception {
    Path file = temp.resolve("haproxy.log");
    append(file, "x".repeat(1_000_000) + "\n" + line(0));
    try (Intake intake = open(new Tail(file, true))) {
      arrived(1);
      assertThat(intake.counts().lines()).isEqualTo(2);
      assertThat(intake.counts().refused()).containsEntry(Reason.TOO_LONG, 1L);
    }
  }
}
