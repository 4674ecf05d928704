package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.balancer.haproxy.Installation;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.source.SourceFile;
import dev.checkrail.store.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A real HAProxy in a folder of its own, with a master socket and a marker; ended by its pid. */
public final class RunningHaproxy implements AutoCloseable {
  public static final Path BINARY = Path.of("/usr/sbin/haproxy");

  public final Path folder;
  public final Path config;
  public final Path map;
  public final Path list;
  public final Path marker;
  public final Path masterSocket;
  public final Path statsSocket;
  public final Path log;
  public final int port;
  private Process process;

  /** Two of one HAProxy must not be the same, and it would not mind. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  /** What tests write into their configurations: {@code @FOLDER@}, {@code @PORT@} and others. */
  private final Map<String, String> words = new LinkedHashMap<>();

  public RunningHaproxy(Path folder, String text, Map<String, String> more) throws Exception {
    this.folder = folder;
    this.config = folder.resolve("haproxy.cfg");
    this.map = folder.resolve("routes.map");
    this.list = folder.resolve("blocked.lst");
    this.marker = folder.resolve("checkrail-marker.cfg");
    this.masterSocket = folder.resolve("master.sock");
    this.statsSocket = folder.resolve("stats.sock");
    this.log = folder.resolve("haproxy.log");
    this.port = freePort();
    words.put("@FOLDER@", folder.toString());
    words.put("@PORT@", String.valueOf(port));
    more.forEach((word, value) -> words.put("@" + word + "@", value));
    if (!Files.exists(map)) {
      Files.writeString(map, "# path      pool\n/a be_a\n/b be_b\n");
    }
    if (!Files.exists(list)) {
      Files.writeString(list, "/blocked\n");
    }
    Files.writeString(config, text(text));
    Files.writeString(marker, "global\n    description checkrail-none\n");
    this.process = start("admin", config);
  }

  /** A configuration with its words filled in. */
  public String text(String template) {
    String text = template;
    for (Map.Entry<String, String> word : words.entrySet()) {
      text = text.replace(word.getKey(), word.getValue());
    }
    return text;
  }

  private Process start(String level, Path main) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            BINARY.toString(),
            "-W",
            "-S",
            masterSocket + ",level," + level + ",mode,600",
            "-f",
            main.toString(),
            "-f",
            marker.toString());
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process started = builder.start();
    eventually(
        "HAProxy starts",
        () -> {
          if (!started.isAlive()) {
            throw new IllegalStateException("HAProxy ended: " + logged());
          }
          try (HaproxyDriver driver = new HaproxyDriver(installation())) {
            return driver.processes().current().map(Processes.Worker::answers).orElse(false);
          } catch (BalancerException e) {
            return false;
          }
        });
    return started;
  }

  /** Ends it and starts it again with the files that are there. */
  public void restart(String level) throws Exception {
    close();
    process = start(level, config);
  }

  /** Ends it and starts it again with another main file. */
  public void restartWith(Path main) throws Exception {
    close();
    process = start("admin", main);
  }

  public long pid() {
    return process.pid();
  }

  public String logged() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "";
    }
  }

  public Installation installation() {
    return new Installation(
        BINARY,
        List.of(config, marker),
        Optional.of(marker),
        folder,
        Optional.of(masterSocket),
        Optional.of(statsSocket),
        Map.of());
  }

  public HaproxyDriver driver() {
    return new HaproxyDriver(installation());
  }

  /** A candidate that replaces the main file only. */
  public ConfigurationSet candidate(Driver driver, String template) throws BalancerException {
    SourceFile main = SourceFile.of("candidate.cfg", text(template).getBytes(UTF_8));
    return driver.placed(Candidate.of(List.of(main)));
  }

  /** A port that nobody listens on, and that was not given before. */
  public static int freePort() {
    try {
      while (true) {
        int port = FreePort.next();
        if (GIVEN.add(port)) {
          return port;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Looks until something is so; fails after a minute, which only a loaded machine needs. */
  public static void eventually(String what, BooleanSupplier so) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 60 s: " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() throws Exception {
    List<ProcessHandle> workers = new ArrayList<>(process.descendants().toList());
    process.destroy();
    if (!process.waitFor(2, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      process.waitFor(2, TimeUnit.SECONDS);
    }
    workers.forEach(ProcessHandle::destroyForcibly);
  }
}
