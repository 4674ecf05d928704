package dev.checkrail.watch.traffic;

import dev.checkrail.logs.LogRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Records for tests: a good request, and what is different about this one. */
final class Logged {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private Instant at = NOON;
  private Optional<String> client = Optional.of("192.0.2.7");
  private String frontend = "fe";
  private String backend = "be_web";
  private Optional<String> server = Optional.of("web-1");
  private LogRecord.Times times = new LogRecord.Times(0, 0, 1, 20, 30);
  private int status = 200;
  private String termination = "----";
  private Optional<String> method = Optional.of("GET");
  private Optional<String> target = Optional.of("/");
  private Optional<String> version = Optional.of("HTTP/1.1");
  private Optional<String> host = Optional.of("shop.example.com");
  private Optional<String> clientKey = Optional.empty();
  private List<String> headers = List.of();

  static Logged request() {
    return new Logged();
  }

  /** When it ended; it took 30 ms unless said otherwise later. */
  Logged endedAt(Instant end) {
    this.at = end.minusMillis(times.active());
    return this;
  }

  Logged took(int millis) {
    this.at = at.plusMillis(times.active() - millis);
    this.times =
        new LogRecord.Times(
            times.request(), times.queue(), times.connect(), times.response(), millis);
    return this;
  }

  /** No response came. */
  Logged unanswered() {
    this.times =
        new LogRecord.Times(times.request(), times.queue(), times.connect(), -1, times.active());
    return this;
  }

  Logged from(String address) {
    this.client = Optional.of(address);
    return this;
  }

  Logged key(String key) {
    this.clientKey = Optional.of(key);
    return this;
  }

  Logged at(String entry) {
    this.frontend = entry;
    return this;
  }

  Logged to(String pool, String one) {
    this.backend = pool;
    this.server = Optional.of(one);
    return this;
  }

  /** The load balancer answered before a pool was chosen. */
  Logged answeredHere() {
    this.backend = frontend;
    this.server = Optional.empty();
    return this;
  }

  Logged ended(int code, String state) {
    this.status = code;
    this.termination = state;
    return this;
  }

  Logged asked(String verb, String name, String path) {
    this.method = Optional.of(verb);
    this.host = name.isEmpty() ? Optional.empty() : Optional.of(name);
    this.target = Optional.of(path);
    return this;
  }

  /** The line ended within the target. */
  Logged cut() {
    this.version = Optional.empty();
    return this;
  }

  Logged captured(String... values) {
    this.headers = List.of(values);
    return this;
  }

  /** Nothing that could be read as a request. */
  Logged unreadable() {
    this.method = Optional.empty();
    this.target = Optional.empty();
    this.version = Optional.empty();
    this.host = Optional.empty();
    return this;
  }

  /** A session of TCP. */
  Logged tcp(String state) {
    this.times = new LogRecord.Times(-1, 0, 1, -1, 30);
    return unreadable().ended(-1, state);
  }

  LogRecord record() {
    return new LogRecord(
        at,
        client,
        frontend,
        false,
        backend,
        server,
        times,
        status,
        1_000,
        termination,
        new LogRecord.Load(1, 1, 1, 1, 0, false, 0, 0),
        headers,
        List.of(),
        method,
        target,
        version,
        host,
        Optional.empty(),
        clientKey,
        Optional.empty());
  }
}
