package dev.checkrail.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.load.Crowd;
import dev.checkrail.gateway.load.Load;
import dev.checkrail.gateway.load.LoadReport;
import dev.checkrail.gateway.load.Outcome;
import dev.checkrail.gateway.store.FreePort;
import dev.checkrail.gateway.store.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three instances behind HAProxy with the approved configuration, replaced one by one. */
class RollingRestartTest {
  private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");
  private static final Path EXAMPLE = Path.of("../examples/payment-gateway");

  @TempDir Path folder;

  @Test
  @Timeout(value = 240, unit = TimeUnit.SECONDS)
  void nobodyFailsWhileEachInstanceIsReplaced() throws Exception {
    StringWriter progress = new StringWriter();
    try (Stack stack =
        Stack.in(folder.resolve("stack"), TestDatabase.PROGRAMS, 3, "--drain-seconds", "5")) {
      stack.start();
      String key = stack.addMerchant();
      int port = FreePort.next();
      Process haproxy = haproxy(stack, port);
      try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
        awaitUp(haproxy, port);
        Load.Settings users =
            new Load.Settings(
                List.of(URI.create("http://127.0.0.1:" + port)),
                Optional.of("pay.example.com"),
                key,
                new Crowd(10, 40, 1, "rolling", 0, 0.2),
                Optional.of(folder.resolve("client.jsonl")),
                Duration.ZERO);
        Callable<LoadReport> paying = () -> Load.run(users, new PrintWriter(progress));
        Future<LoadReport> paid = threads.submit(paying);
        for (Child instance : stack.instances()) {
          instance.stop();
          instance.start();
          instance.awaitHealthy(Duration.ofSeconds(30));
          // "rise 2": two checks, a second apart, until it gets its share again.
          LockSupport.parkNanos(Duration.ofMillis(2500).toNanos());
        }
        assertThat(paid.isDone()).as("users came until the last one was replaced").isFalse();
        LoadReport report = paid.get();

        String told = report.text() + Files.readString(folder.resolve("client.jsonl"));
        assertThat(report.users()).isGreaterThan(300);
        assertThat(report.of(Outcome.PAID) + report.of(Outcome.PAID_LATE))
            .as(told)
            .isEqualTo(report.users());
      } finally {
        haproxy.destroyForcibly().waitFor();
      }
    }
  }

  private Process haproxy(Stack stack, int port) throws IOException, InterruptedException {
    Path example = folder.resolve("example");
    Files.createDirectories(
        example.resolve("candidates/truncated-map")); // make-key serves them, too
    try (Stream<Path> files = Files.list(EXAMPLE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, example.resolve(file.getFileName()));
      }
    }
    Path log = folder.resolve("haproxy.log");
    assertThat(
            new ProcessBuilder(example.resolve("make-key").toString())
                .directory(example.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor())
        .isZero();
    ProcessBuilder builder =
        new ProcessBuilder(
                HAPROXY.toString(), "-db", "-f", example.resolve("approved.cfg").toString())
            .directory(example.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Map<String, String> environment = builder.environment();
    environment.put("HTTP_PORT", Integer.toString(port));
    environment.put("STATS_SOCKET", folder.resolve("haproxy.sock").toString());
    for (String other : List.of("HTTPS", "STATS", "REP1", "CAT1", "CAT2", "LOG")) {
      environment.put(other + "_PORT", Integer.toString(FreePort.next()));
    }
    for (int i = 0; i < 3; i++) {
      environment.put("PAY" + (i + 1) + "_PORT", Integer.toString(stack.urls().get(i).getPort()));
    }
    return builder.start();
  }

  private static void awaitUp(Process haproxy, int port) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() - until < 0 && haproxy.isAlive()) {
      try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(50_000_000);
      }
    }
    throw new AssertionError("HAProxy does not listen");
  }
}
