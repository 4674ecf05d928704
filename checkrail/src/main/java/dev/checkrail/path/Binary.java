package dev.checkrail.path;

import dev.checkrail.rehearse.Native;
import dev.checkrail.rehearse.NativeReport;
import dev.checkrail.rehearse.Original;
import dev.checkrail.rehearse.RehearseSettings;
import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.rehearse.SandboxSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;

/**
 * The real binary in its sandbox. Opening it takes as long as everything else of a small check, so
 * it is begun at once and waited for when it is needed.
 */
final class Binary implements AutoCloseable {
  private final FutureTask<Sandbox> opening;

  private Binary(FutureTask<Sandbox> opening) {
    this.opening = opening;
    start(opening);
  }

  /** Begins to open a sandbox around this binary. */
  static Binary open(Optional<Path> haproxy) {
    SandboxSettings standard = SandboxSettings.standard();
    SandboxSettings settings = haproxy.map(standard::haproxy).orElse(standard);
    return new Binary(new FutureTask<>(() -> Sandbox.open(settings)));
  }

  /**
   * HAProxy's own check.
   *
   * @param seconds how long it took, the opening of the sandbox not counted
   */
  record Checked(NativeReport report, double seconds) {}

  /** Begins HAProxy's own check. */
  FutureTask<Checked> check(Original original, RehearseSettings settings, LongSupplier nanos) {
    FutureTask<Checked> check =
        new FutureTask<>(() -> {
          Sandbox sandbox = sandbox();
          long start = nanos.getAsLong();
          NativeReport report = Native.check(original, sandbox, settings);
          return new Checked(report, (nanos.getAsLong() - start) / 1e9);
        });
    start(check);
    return check;
  }

  Sandbox sandbox() throws SandboxException {
    return wait(opening);
  }

  /** What a task gave, or why it could not. */
  static <T> T wait(FutureTask<T> task) throws SandboxException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw thrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static SandboxException thrown(@org.jspecify.annotations.Nullable Throwable cause) {
    return switch (cause) {
      case SandboxException e -> e;
      case IOException e -> throw new UncheckedIOException(e);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> throw new IllegalStateException(cause);
    };
  }

  private static void start(Runnable task) {
    Thread.ofPlatform().daemon().name("haproxy").start(task);
  }

  @Override
  public void close() throws SandboxException {
    Sandbox open;
    try {
      open = sandbox();
    } catch (SandboxException e) {
      return; // it never opened, and whoever needed it has been told
    }
    open.close();
  }
}
