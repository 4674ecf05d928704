package dev.checkrail.gateway.chaos;

import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of the stack: one command of {@code payment-gateway}, started again and again. */
final class Child {
  /** As the launcher starts an instance: little memory, quickly there. */
  private static final List<String> JAVA =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmx160m",
          "-Xss512k",
          "-XX:-UsePerfData",
          "-XX:+UseCompactObjectHeaders",
          "--enable-native-access=ALL-UNNAMED");

  /** Somebody may be about to start it again. */
  private static final int MOST_MISSED = 60;

  private final String name;
  private final List<String> arguments;
  private final URI health;
  private final File log;
  private volatile @Nullable Process process;
  private volatile boolean wanted;
  private volatile boolean retired;

  /**
   * A process that is not started yet.
   *
   * @param health answers 200 once it serves
   * @param log its output is appended
   */
  Child(String name, List<String> arguments, URI health, Path log) {
    this.name = name;
    this.arguments = List.copyOf(arguments);
    this.health = health;
    this.log = log.toFile();
  }

  String name() {
    return name;
  }

  synchronized void start() throws IOException {
    if (retired) {
      return;
    }
    wanted = true;
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(JAVA);
    String home = System.getProperty("checkrail.home");
    if (home != null) {
      command.add("-Dcheckrail.home=" + home);
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("dev.checkrail.gateway.cli.Main");
    command.addAll(arguments);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
  }

  /** kill -9; returns once it is gone. */
  synchronized void kill() {
    wanted = false;
    Process running = process;
    if (running != null) {
      running.destroyForcibly().onExit().join();
      process = null;
    }
  }

  /** SIGTERM: it may finish what it does; returns once it is gone. */
  void stop() {
    Process running = process;
    wanted = false;
    if (running != null) {
      running.destroy();
      running.onExit().join();
    }
  }

  /** Starts it again if it has ended by itself, as a service manager would; whether that was so. */
  synchronized boolean startIfEnded() throws IOException {
    boolean ended = wanted && !isRunning();
    if (ended) {
      start();
    }
    return ended;
  }

  /** Kills it for good: a start that was planned for later does nothing. */
  void retire() {
    retired = true;
    kill();
  }

  boolean isRunning() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /**
   * Waits until it serves.
   *
   * @throws IOException if it ends, or does not serve in time
   */
  void awaitHealthy(Duration atMost) throws IOException, InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    int missed = 0;
    while (!isHealthy()) {
      missed = isRunning() ? 0 : missed + 1;
      if (missed > MOST_MISSED) {
        throw new IOException(name + " has ended; its output is in " + log);
      }
      if (System.nanoTime() - until > 0) {
        throw new IOException(
            name + " does not serve after " + atMost.toSeconds() + " s; see " + log);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private boolean isHealthy() {
    try {
      HttpURLConnection connection = (HttpURLConnection) health.toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(2000);
      try {
        return connection.getResponseCode() == 200;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }
}
