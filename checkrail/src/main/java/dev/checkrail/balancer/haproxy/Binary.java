package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.NativeAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code haproxy -c}. It sees the given environment and no other. Its words come as they are;
 * who passes them on takes secrets out.
 */
final class Binary {
  private static final int MOST = 16 << 10;
  private static final int SECONDS = 60;

  private Binary() {}

  static NativeAnswer check(
      Path binary, List<Path> files, Path folder, Map<String, String> environment)
      throws BalancerException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(binary.toString(), "-W", "-c"));
    for (Path file : files) {
      command.add("-f");
      command.add(file.toString());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new BalancerException(
          Kind.UNSUPPORTED, "can't run " + binary + ": " + e.getMessage(), e);
    }
    // Ends the read below, too, whatever HAProxy waits for.
    Thread.Builder.OfVirtual watch = Thread.ofVirtual();
    Thread watchman =
        watch.start(() -> {
          try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
              process.destroyForcibly();
            }
          } catch (InterruptedException e) {
            process.destroyForcibly();
          }
        });
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readNBytes(MOST), StandardCharsets.ISO_8859_1);
      out.transferTo(java.io.OutputStream.nullOutputStream());
      int exit = process.waitFor();
      // 2: valid, but nothing listens.
      return new NativeAnswer(exit == 0 || exit == 2, text.strip());
    } catch (IOException e) {
      throw new BalancerException(Kind.FILES, "the check of HAProxy broke off", e);
    } finally {
      process.destroyForcibly();
      watchman.interrupt();
    }
  }
}
