package dev.checkrail.rehearse.agent;

import java.util.List;

/** What a stub does with a request that has reached it. */
public sealed interface Behaviour {
  /** 200, at once, with a body of three bytes. */
  Behaviour OK = new Answers(200, List.of(), "ok\n", 0);

  /**
   * Answers.
   *
   * @param status the status code; an HTTP/1.1 answer with a length, connection kept
   * @param headerLines more header lines, {@code Name: value}, without line ends
   * @param body one char per byte (ISO-8859-1); a TCP stub sends this alone, then closes
   * @param afterMillis how long to wait first; 0 is at once
   */
  record Answers(int status, List<String> headerLines, String body, int afterMillis)
      implements Behaviour {
    public Answers {
      headerLines = List.copyOf(headerLines);
      if (afterMillis < 0) {
        throw new IllegalArgumentException("negative delay: " + afterMillis);
      }
    }
  }

  /** Accepts connections, reads and records what comes, never answers. */
  record Hangs() implements Behaviour {}

  /** Reads and records a whole request, then closes the connection without an answer. */
  record Closes() implements Behaviour {}

  /** No listener: connections are refused, open ones are closed. */
  record Refuses() implements Behaviour {}

  /** Answers at once with this status. */
  static Behaviour status(int status) {
    return new Answers(status, List.of(), "stub\n", 0);
  }

  /** Answers 200 after this time. */
  static Behaviour slow(int afterMillis) {
    return new Answers(200, List.of(), "ok\n", afterMillis);
  }
}
