package dev.checkrail.gateway.acquirer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The acquirer as a process of its own, killed while it works. */
class KilledAcquirerTest {
  @TempDir Path folder;
  private Process process;

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  private int start() throws IOException {
    Files.writeString(folder.resolve("token"), Asked.TOKEN);
    process =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.checkrail.gateway.cli.Main",
                    "acquirer",
                    "--port=0",
                    "--data=" + folder.resolve("data"),
                    "--control-token-file=" + folder.resolve("token")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out = process.inputReader();
    String ready = out.readLine();
    assertThat(ready).startsWith("acquirer acq-a listens on http://127.0.0.1:");
    return Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
  }

  @Test
  void everythingItHasAnsweredIsThereAfterKill9() throws Exception {
    int port = start();
    Map<String, Asked> answered = new ConcurrentHashMap<>();
    CountDownLatch enough = new CountDownLatch(300);
    List<CompletableFuture<Void>> all = new java.util.ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      String reference = "r" + i;
      String body = Asked.authorisation(reference, 100 + i, true, TestCard.VISA.number());
      all.add(
          Asked.postLater(port, "/authorise", body)
              .handle((answer, failed) -> {
                if (answer != null) {
                  answered.put(reference, answer);
                  enough.countDown();
                }
                return null;
              }));
    }
    enough.await();
    process.destroyForcibly().waitFor();
    all.forEach(CompletableFuture::join);

    int again = start();
    Map<String, Operation> books =
        Asked.get(again, "/books")
            .body()
            .lines()
            .map(OperationJson::read)
            .collect(Collectors.toMap(Operation::reference, Function.identity()));
    assertThat(answered).hasSizeGreaterThanOrEqualTo(300);
    assertThat(books.keySet()).containsAll(answered.keySet());
    String one = answered.keySet().iterator().next();
    assertThat(
            Asked.post(
                again,
                "/authorise",
                Asked.authorisation(
                    one, 100 + Integer.parseInt(one.substring(1)), true, TestCard.VISA.number())))
        .isEqualTo(answered.get(one));
  }
}
