package dev.checkrail.cli;

import dev.checkrail.report.Stage;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One line on a terminal that says what is being done, once that takes more than a second. */
final class Progress implements AutoCloseable {
  private static final String WIPE = "\r\u001B[K";

  private final PrintStream err;
  private volatile String doing = "";
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread watcher;

  private Progress(PrintStream err, boolean wanted) {
    this.err = err;
    this.watcher = Thread.ofVirtual().unstarted(this::watch);
    if (wanted) {
      watcher.start();
    }
  }

  static Progress on(Surroundings at) {
    return new Progress(at.err(), at.errIsTerminal());
  }

  void begun(Stage stage) {
    doing =
        switch (stage) {
          case READ -> "reading";
          case NATIVE -> "asking HAProxy whether it accepts the files";
          case LINT -> "linting";
          case PROVE -> "proving for all requests";
          case DIFF -> "comparing for all requests";
          case REPLAY -> "replaying traffic";
          case REHEARSE -> "rehearsing on the real HAProxy";
        };
  }

  private void watch() {
    String shown = "";
    try {
      while (!done.await(shown.isEmpty() ? 1000 : 100, TimeUnit.MILLISECONDS)) {
        String now = doing;
        if (!now.equals(shown)) {
          err.print(WIPE + "checkrail: " + now + " ...");
          err.flush();
          shown = now;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!shown.isEmpty()) {
      err.print(WIPE);
      err.flush();
    }
  }

  @Override
  public void close() {
    done.countDown();
    try {
      if (watcher.isAlive()) {
        watcher.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
