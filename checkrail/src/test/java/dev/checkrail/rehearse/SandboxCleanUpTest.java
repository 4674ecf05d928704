package dev.checkrail.rehearse;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.rehearse.agent.Stub;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens, no process and no file is left. */
class SandboxCleanUpTest {
  @TempDir private Path temporary = Path.of("unset");

  /** What is killed: opens a sandbox, starts HAProxy, says so, and waits for ever. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws Exception {
      SandboxSettings settings =
          SandboxSettings.standard()
              .temporary(Path.of(arguments[0]))
              .mode(SandboxSettings.Wanted.valueOf(arguments[1]));
      Sandbox sandbox = Sandbox.open(settings);
      Path folder = sandbox.newFolder();
      String port = sandbox.freePorts(1).getFirst().toString();
      Files.writeString(
          folder.resolve("a.cfg"), "listen victim\n  bind 127.0.0.1:" + port + "\n  mode http\n");
      sandbox.start(folder, List.of("a.cfg"), Map.of(), List.of()).running();
      System.out.println(folder);
      Thread.currentThread().join();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SandboxSettings.Wanted.class,
      names = {"NAMESPACE", "LOOPBACK"})
  void nothingIsLeftWhenTheOwnerIsKilled(SandboxSettings.Wanted mode) throws Exception {
    SandboxTest.openedOrSkipped(mode).close();
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path", ""),
                Victim.class.getName(),
                temporary.toString(),
                mode.name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = victim.inputReader()) {
      Path folder = Path.of(out.readLine());
      List<ProcessHandle> inside = victim.descendants().toList();
      assertThat(inside).hasSizeGreaterThanOrEqualTo(2);

      victim.destroyForcibly().waitFor();
      for (ProcessHandle each : inside) {
        each.onExit().get(10, SECONDS);
      }
      assertThat(folder).exists();
      Sandbox.open(SandboxSettings.standard().temporary(temporary)).close();
      assertThat(leftIn(temporary)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SandboxSettings.Wanted.class,
      names = {"NAMESPACE", "LOOPBACK"})
  void nothingIsLeftAfterClosing(SandboxSettings.Wanted mode) throws Exception {
    SandboxTest.openedOrSkipped(mode).close();
    SandboxSettings settings = SandboxSettings.standard().temporary(temporary).mode(mode);
    try (Sandbox sandbox = Sandbox.open(settings)) {
      Path folder = sandbox.newFolder();
      int port = sandbox.freePorts(1).getFirst();
      Files.writeString(
          folder.resolve("a.cfg"), "listen left\n  bind 127.0.0.1:" + port + "\n  mode http\n");
      sandbox.start(folder, List.of("a.cfg"), Map.of(), List.of()).running();
      assertThat(ProcessHandle.current().descendants().filter(this::isOfSandbox)).isNotEmpty();
      assertThat(leftIn(temporary)).isNotEmpty();
    }
    for (ProcessHandle each :
        ProcessHandle.current().descendants().filter(this::isOfSandbox).toList()) {
      each.onExit().get(10, SECONDS);
    }
    assertThat(leftIn(temporary)).isEmpty();
  }

  @Test
  void theFolderOfALivingOwnerIsNotSwept() throws Exception {
    SandboxTest.openedOrSkipped().close();
    SandboxSettings settings = SandboxSettings.standard().temporary(temporary);
    try (Sandbox first = Sandbox.open(settings)) {
      Path folder = first.newFolder();
      Sandbox.open(settings).close();
      assertThat(folder).exists();
    }
  }

  /** Where namespaces are refused: free ports, and PROXY headers that say who connects where. */
  @Test
  void theLoopbackDeviceServesWhereNamespacesAreRefused() throws Exception {
    assumeTrue(Enclosure.tool("haproxy").isPresent(), "needs haproxy: apt-get install haproxy");
    SandboxSettings settings =
        SandboxSettings.standard().temporary(temporary).mode(SandboxSettings.Wanted.LOOPBACK);
    try (Sandbox sandbox = Sandbox.open(settings)) {
      assertThat(sandbox.mode()).isEqualTo(Sandbox.Mode.LOOPBACK);
      List<Integer> ports = sandbox.freePorts(2);
      Path folder = sandbox.newFolder();
      Files.writeString(
          folder.resolve("a.cfg"),
          """
          listen fallback
            bind 127.0.0.1:%d accept-proxy
            mode http
            timeout connect 1s
            timeout client 1s
            timeout server 1s
            http-request set-header X-From %%[src]:%%[dst]:%%[dst_port]
            server first 127.0.0.1:%d
          """
              .formatted(ports.get(0), ports.get(1)));
      try (Running haproxy =
          sandbox
              .start(
                  folder, List.of("a.cfg"), Map.of(), List.of(Stub.http("127.0.0.1", ports.get(1))))
              .running()) {
        Exchange exchange =
            haproxy.exchange(
                RawRequest.http(
                        new Endpoint("127.0.0.1", ports.get(0)),
                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    .proxied(Endpoint.of("198.51.100.7:999"), Endpoint.of("203.0.113.1:80")));
        assertThat(exchange.deliveries().getFirst().header("X-From"))
            .containsExactly("198.51.100.7:203.0.113.1:80");
      }
    }
  }

  private boolean isOfSandbox(ProcessHandle process) {
    return process.info().commandLine().orElse("").contains(temporary.toString());
  }

  private static List<Path> leftIn(Path temporary) throws Exception {
    try (Stream<Path> all = Files.walk(temporary)) {
      return all.filter(path -> path.getNameCount() > temporary.getNameCount() + 1).toList();
    }
  }
}
