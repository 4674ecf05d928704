package dev.checkrail.serve;

import dev.checkrail.policy.Policy.Signal;
import dev.checkrail.watch.detect.Moment.Dependency;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Asks the dependencies of a policy's {@code signals} how they are, each second, in the text format
 * of Prometheus. Never waits: {@link #ask} sends questions, {@link #latest} says what came back.
 * One question for each URL is under way at a time, takes a second at most and reads no more than a
 * megabyte. What did not come is not observed, and says why. Safe for many threads.
 */
final class Signals implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration FRESH = Duration.ofMillis(3500);
  private static final long LARGEST = 1 << 20;

  private volatile List<Signal> signals;
  private final LongSupplier nanos;
  private final HttpClient client;
  private final Set<String> asking = ConcurrentHashMap.newKeySet();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  /**
   * What came of a question.
   *
   * @param text "" if there is none
   * @param why why there is none; else ""
   * @param at elapsed time
   */
  private record Answer(String text, String why, long at) {}

  /**
   * Of one policy.
   *
   * @param nanos elapsed time
   */
  Signals(List<Signal> signals, LongSupplier nanos) {
    this.signals = List.copyOf(signals);
    this.nanos = nanos;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  /** These are asked from now on. */
  void become(List<Signal> others) {
    signals = List.copyOf(others);
  }

  /** Sends the questions of this second. */
  void ask() {
    Map<String, List<Signal>> byUrl =
        signals.stream()
            .collect(Collectors.groupingBy(Signal::url, LinkedHashMap::new, Collectors.toList()));
    for (String url : byUrl.keySet()) {
      if (asking.add(url)) {
        ask(url);
      }
    }
  }

  private void ask(String url) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url))
              .timeout(PATIENCE)
              .header("Accept", "text/plain;version=0.0.4")
              .build();
      var unused =
          client
              .sendAsync(
                  request,
                  HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), LARGEST))
              .whenComplete((response, failure) -> {
                answers.put(url, answer(response, failure));
                asking.remove(url);
              });
    } catch (IllegalArgumentException e) {
      answers.put(url, new Answer("", "its URL can't be asked", nanos.getAsLong()));
      asking.remove(url);
    }
  }

  private Answer answer(HttpResponse<String> response, Throwable failure) {
    long now = nanos.getAsLong();
    if (failure != null) {
      return new Answer("", why(failure), now);
    }
    return response.statusCode() == 200
        ? new Answer(response.body(), "", now)
        : new Answer("", "it answers with status " + response.statusCode(), now);
  }

  private static String why(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case HttpTimeoutException e -> "it does not answer within a second";
      case ConnectException e -> "nobody answers there";
      case IOException e -> "it can't be read: " + e.getMessage();
      case Throwable other -> "it can't be asked: " + other;
    };
  }

  /** What each says, by name. */
  Map<String, Dependency> latest() {
    Map<String, Dependency> all = new TreeMap<>();
    for (Signal signal : signals) {
      all.put(signal.name(), latest(signal));
    }
    return all;
  }

  private Dependency latest(Signal signal) {
    Answer answer = answers.get(signal.url());
    if (answer == null) {
      return unseen(signal, "it was not asked yet");
    }
    if (!answer.why().isEmpty()) {
      return unseen(signal, answer.why());
    }
    if (nanos.getAsLong() - answer.at() > FRESH.toNanos()) {
      return unseen(signal, "its last answer is too old");
    }
    Optional<MetricQuery> query = MetricQuery.read(signal.query());
    if (query.isEmpty()) {
      return unseen(signal, "its query is no metric: " + signal.query());
    }
    OptionalDouble value = query.get().in(answer.text());
    return value.isEmpty()
        ? unseen(signal, "there is no metric " + signal.query())
        : new Dependency(value, signal.above(), "");
  }

  private static Dependency unseen(Signal signal, String why) {
    return new Dependency(OptionalDouble.empty(), signal.above(), Objects.requireNonNull(why));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
