package dev.checkrail.scenarios;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells a spectator what happens, as it happens: plain lines with the time, and with seconds since
 * the fault once there is one. Colours only on a terminal. Safe for many threads.
 */
final class Teller {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.S", Locale.ROOT).withZone(ZoneId.systemDefault());

  private static final int MOST = 240;

  private final PrintStream out;
  private final boolean colours;
  private @Nullable Instant zero; // guarded by this

  /** Of a line. */
  enum Tone {
    PLAIN(""),
    BAD("\033[31m"),
    GOOD("\033[32m"),
    WARN("\033[33m"),
    FAINT("\033[2m"),
    BOLD("\033[1m");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  Teller(PrintStream out, boolean colours) {
    this.out = out;
    this.colours = colours;
  }

  PrintStream out() {
    return out;
  }

  /** From now on lines also say how long after this they are. */
  synchronized void count(@Nullable Instant from) {
    zero = from;
  }

  /** Text that belongs to no moment. */
  synchronized void say(String text) {
    out.println(text);
    out.flush();
  }

  synchronized void say(Tone tone, String text) {
    say(painted(tone, text));
  }

  void now(String who, String text) {
    at(Instant.now(), Tone.PLAIN, who, text);
  }

  void now(Tone tone, String who, String text) {
    at(Instant.now(), tone, who, text);
  }

  /** Something that somebody saw at that moment. */
  synchronized void at(Instant at, Tone tone, String who, String text) {
    String since =
        Optional.ofNullable(zero)
            .map(it ->
                String.format(Locale.ROOT, "%+6.1f s", Duration.between(it, at).toMillis() / 1000.0))
            .orElse("        ");
    say(
        "  "
            + painted(Tone.FAINT, TIME.format(at))
            + "  "
            + painted(Tone.BOLD, since)
            + "  "
            + painted(Tone.FAINT, String.format(Locale.ROOT, "%-9s", who))
            + " "
            + painted(tone, brief(text)));
  }

  /** What does not fit is in the raw files. */
  private static String brief(String text) {
    return text.length() <= MOST ? text : text.substring(0, MOST - 1).strip() + "…";
  }

  private String painted(Tone tone, String text) {
    return colours && tone != Tone.PLAIN ? tone.code + text + "\033[0m" : text;
  }
}
