package dev.checkrail.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a terminal, one by one and not line by line, and its size. Where the terminal can't
 * be told so (there is no {@code stty}, or none) a key counts once Enter follows. {@link #close}
 * and the end of the process leave the terminal as it was.
 */
final class Keys implements AutoCloseable {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final Optional<String> before;
  private final LinkedBlockingQueue<Integer> pressed = new LinkedBlockingQueue<>();
  private final boolean terminal;
  private @Nullable Thread reader;
  private final Thread sane = new Thread(this::restore, "keys");

  /** Room on the terminal. */
  record Size(int columns, int rows) {}

  private Keys(boolean terminal, Optional<String> before) {
    this.terminal = terminal;
    this.before = before;
  }

  /** Nobody presses keys. */
  static Keys none() {
    return new Keys(false, Optional.empty());
  }

  static Keys ofTerminal(Surroundings at) {
    Optional<String> before = stty("-g").filter(text -> text.matches("[0-9a-fA-F:=]+"));
    Keys keys = new Keys(true, before);
    if (before.isPresent()) {
      Runtime.getRuntime().addShutdownHook(keys.sane);
      stty("-icanon", "-echo", "min", "1");
    }
    keys.reader = Thread.ofPlatform().daemon().name("keys").start(() -> keys.read(at.in()));
    return keys;
  }

  private void read(InputStream in) {
    try {
      int key = in.read();
      while (key >= 0) {
        pressed.add(key);
        key = in.read();
      }
    } catch (IOException e) {
      // Then no more keys come.
    }
  }

  /** Waits so long for q; true once it was pressed. */
  boolean quitWithin(long nanos) {
    long end = System.nanoTime() + nanos;
    try {
      long left = nanos;
      while (left > 0) {
        Integer key = pressed.poll(left, TimeUnit.NANOSECONDS);
        if (key != null && (key == 'q' || key == 'Q' || key == 3)) {
          return true;
        }
        left = end - System.nanoTime();
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /**
   * How much room there is now.
   *
   * @param usual columns where that can't be told
   */
  Size size(int usual) {
    if (before.isPresent()) {
      String[] words = stty("size").orElse("").split(" ", -1);
      if (words.length == 2
          && words[0].matches("[1-9][0-9]{0,3}")
          && words[1].matches("[1-9][0-9]{0,3}")) {
        return new Size(Integer.parseInt(words[1]), Integer.parseInt(words[0]));
      }
    }
    return new Size(usual, terminal ? 24 : NO_LIMIT);
  }

  @Override
  public void close() {
    if (before.isPresent()) {
      restore();
      try {
        Runtime.getRuntime().removeShutdownHook(sane);
      } catch (IllegalStateException e) {
        // The machine is going down, and the hook runs already.
      }
    }
    if (reader != null) {
      reader.interrupt();
    }
  }

  private void restore() {
    before.ifPresent(Keys::stty);
  }

  /**
   * What {@code stty} answers of the terminal that this process belongs to; empty if there is none.
   */
  private static Optional<String> stty(String... arguments) {
    File terminal = new File("/dev/tty");
    String[] command = new String[arguments.length + 1];
    command[0] = "stty";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(terminal)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      return process.waitFor() == 0 ? Optional.of(answer) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
