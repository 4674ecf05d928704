package dev.checkrail.balancer.haproxy;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many of the master's ten connections questions without an answer take. */
class OpenQuestionsTest {
  private static final Duration NOT_AT_ALL = Duration.ZERO;

  @TempDir private Path folder;
  private ServerSocketChannel master;
  private OpenQuestions questions;
  private Process worker;
  private final List<SocketChannel> masters = new ArrayList<>();

  @BeforeEach
  void aMasterAndAWorker() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("master.sock"));
    master = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
    questions = OpenQuestions.of(address.getPath());
    worker = new ProcessBuilder("sleep", "600").start();
  }

  @AfterEach
  void end() throws Exception {
    worker.destroyForcibly().waitFor();
    for (SocketChannel one : masters) {
      one.close();
    }
    master.close();
  }

  private String own() {
    return "@!" + worker.pid();
  }

  private SocketChannel asked(String worker, boolean stuck) throws IOException {
    SocketChannel ours = SocketChannel.open(master.getLocalAddress());
    ours.configureBlocking(false);
    SocketChannel theirs = master.accept();
    masters.add(theirs);
    questions.add(ours, worker, stuck);
    return theirs;
  }

  private void lost(String worker) throws IOException {
    asked(worker, false).shutdownOutput();
  }

  private boolean mayAsk(String worker) {
    return questions.mayAsk(worker, false, NOT_AT_ALL);
  }

  @Test
  void aWorkerThatOwesAnAnswerIsNotAskedUntilItCame() throws Exception {
    SocketChannel theirs = asked(own(), false);
    assertThat(mayAsk(own())).isFalse();
    assertThat(mayAsk("@1")).isTrue();
    theirs.write(ByteBuffer.wrap("late\n\nmaster> ".getBytes(StandardCharsets.US_ASCII)));
    eventually("the answer is there", () -> mayAsk(own()));
  }

  @Test
  void aHungWorkerIsAskedTwiceThoughTheMasterClosesItsHalfOfEachConnection() throws Exception {
    lost(own());
    assertThat(mayAsk(own())).isTrue();
    lost(own());
    assertThat(mayAsk(own())).isFalse();
    assertThat(mayAsk("@1")).isTrue();
    worker.destroyForcibly().waitFor();
    assertThat(mayAsk(own())).as("its end gives the connections back").isTrue();
  }

  @Test
  void afterAReloadTheFirstWorkerIsAnother() throws Exception {
    lost("@1");
    lost("@1");
    assertThat(mayAsk("@1")).isFalse();
    questions.reloaded();
    assertThat(mayAsk("@1")).isTrue();
  }

  @Test
  void someOfTheTenConnectionsAreAlwaysLeftForTheMasterItself() throws Exception {
    int taken = 0;
    while (taken < 10 && mayAsk("@1")) {
      lost("@1");
      questions.reloaded();
      taken++;
    }
    assertThat(taken).isEqualTo(7);
    assertThat(mayAsk(own())).isFalse();
  }

  @Test
  void longAnswersAreNotAskedForWhenTwoAreStuck() throws Exception {
    asked("@1", true);
    asked("@1", true).shutdownOutput();
    assertThat(mayAsk("@1")).isTrue();
    assertThat(questions.mayAsk("@1", true, NOT_AT_ALL)).isFalse();
  }
}
