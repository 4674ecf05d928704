package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code serve} in a process of its own, to be killed and started again on what it kept. */
final class ServeProcess implements AutoCloseable {
  private final Path data;
  private final Path log;
  private final int port = RunningHaproxy.freePort();
  private Process process;

  /**
   * Not started yet.
   *
   * @param folder its data are kept in {@code data}, and what it says in {@code serve.log}
   */
  ServeProcess(Path folder) {
    this.data = folder.resolve("data");
    this.log = folder.resolve("serve.log");
  }

  /** What it has said since its last start. */
  String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it, waits until it answers, and connects to it. */
  Api start(String... options) throws Exception {
    Path programs = Files.createDirectories(Path.of("target/postgres").toAbsolutePath());
    Path link = Files.createDirectories(data).resolve("programs");
    if (!Files.isSymbolicLink(link)) {
      Files.createSymbolicLink(link, programs);
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.checkrail.serve.Main",
                "--listen",
                "127.0.0.1:" + port,
                "--data",
                data.toString()));
    command.addAll(List.of(options));
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    eventually(
        "serve starts",
        () -> {
          assertThat(process.isAlive()).as(said()).isTrue();
          return said().contains("control plane on");
        });
    return new Api(URI.create("http://127.0.0.1:" + port));
  }

  /** Makes the administrator ada, over a connection to it; answers her token. */
  String administrator(Api api) throws InterruptedException {
    eventually("the code is printed", () -> said().matches("(?s).*--first \\S+\\R.*"));
    String code = said().split("--first ", 2)[1].strip();
    return api.post(
            "/api/v1/first-admin",
            "",
            "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                .formatted(code))
        .body()
        .get("secret")
        .asString();
  }

  /** Kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() throws Exception {
    if (process != null) {
      process.destroy();
      process.waitFor(40, TimeUnit.SECONDS);
    }
    Files.deleteIfExists(data.resolve("programs"));
  }
}
