package dev.checkrail.rehearse;

import static dev.checkrail.rehearse.Rehearsing.DEFAULTS;
import static dev.checkrail.rehearse.Rehearsing.read;
import static dev.checkrail.rehearse.Rehearsing.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.policy.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that refuses network namespaces, as many containers do: the fallback is found. */
class WithoutNamespacesTest {
  /** A user namespace in which no network namespace can be made. */
  private static final List<String> REFUSING =
      List.of(
          "unshare",
          "--user",
          "--map-root-user",
          "sh",
          "-c",
          "echo 0 >/proc/sys/user/max_net_namespaces && exec \"$@\"",
          "sh");

  /** Runs in there: rehearses in the best sandbox there is. */
  static final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
      SandboxSettings settings = SandboxSettings.standard().temporary(Path.of(arguments[0]));
      try (Sandbox sandbox = Sandbox.open(settings)) {
        RehearseReport report =
            Rehearse.rehearse(
                read(
                    DEFAULTS
                        + """
                        frontend fe
                          bind 203.0.113.1:80
                          http-request deny if { src 10.0.0.0/8 }
                          default_backend be
                        backend be
                          server a 10.0.0.1:80
                        """),
                requests("GET http://h/ from 10.0.0.1", "GET http://h/ from 198.51.100.7"),
                Policy.none(),
                sandbox,
                RehearseSettings.standard());
        System.out.println(
            report.rehearsal().sandbox().word() + ": " + report.rehearsal().agreed() + " agreed");
      }
    }
  }

  @Test
  void theFallbackIsTakenByItself(@TempDir Path temporary) throws Exception {
    SandboxTest.openedOrSkipped(SandboxSettings.Wanted.LOOPBACK).close();
    List<String> command = new ArrayList<>(REFUSING);
    Process possible =
        new ProcessBuilder(Stream.concat(command.stream(), Stream.of("true")).toList())
            .redirectErrorStream(true)
            .start();
    assumeTrue(possible.waitFor() == 0, "needs a machine that allows user namespaces");
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path", ""),
            Rehearsal.class.getName(),
            temporary.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(process.inputReader().readLine()).isEqualTo("loopback: 2 agreed");
    assertThat(process.waitFor()).isZero();
    try (Stream<Path> left = Files.walk(temporary)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }
}
