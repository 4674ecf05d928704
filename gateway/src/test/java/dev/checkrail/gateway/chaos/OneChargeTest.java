package dev.checkrail.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.acquirer.JournalFile;
import dev.checkrail.gateway.acquirer.Mode;
import dev.checkrail.gateway.acquirer.Operation;
import dev.checkrail.gateway.store.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two instances, a database and two acquirers as processes; many clients, one key. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OneChargeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Stack stack;
  private String apiKey;

  @BeforeAll
  void start() throws Exception {
    stack = Stack.in(folder.resolve("stack"), TestDatabase.PROGRAMS, 2, "--lease-seconds", "12");
    stack.start();
    apiKey = stack.addMerchant();
  }

  @AfterAll
  void stop() {
    stack.close();
    http.close();
  }

  private record Answer(int status, String body) {}

  private Answer post(URI url, String path, String key, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(url.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.body());
  }

  /** Repeats the same request with the same key, as documented, until the answer is final. */
  private Answer untilFinal(int first, String key, String body) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    Answer last = new Answer(0, "");
    for (int i = first; System.nanoTime() - until < 0; i++) {
      try {
        last = post(stack.urls().get(i % 2), "/v1/payments", key, body);
        if (Set.of(200, 201, 402, 422, 502).contains(last.status())) {
          return last;
        }
      } catch (IOException e) {
        // Killed, or not up again: the other one is asked.
      }
      LockSupport.parkNanos(100_000_000);
    }
    return last;
  }

  private static String purchase(int amount) {
    return """
    {"amount": %d, "currency": "EUR", "card": {"number": "4242424242424242",
     "expiry_month": 12, "expiry_year": 2034, "cvc": "123"}}
    """
        .formatted(amount);
  }

  private List<Future<Answer>> allAtOnce(
      ExecutorService threads, int clients, String key, String body) {
    List<Future<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int first = i;
      Callable<Answer> client = () -> untilFinal(first, key, body);
      answers.add(threads.submit(client));
    }
    return answers;
  }

  private static Set<Answer> distinct(List<Future<Answer>> all) throws Exception {
    Set<Answer> distinct = new HashSet<>();
    for (Future<Answer> one : all) {
      distinct.add(one.get());
    }
    return distinct;
  }

  private List<Operation> charges(long amount) throws IOException {
    List<Operation> all = new ArrayList<>();
    for (String journal : stack.journals().values()) {
      if (Files.exists(Path.of(journal))) {
        JournalFile.read(Path.of(journal)).stream()
            .filter(it -> it.amount() == amount && it.approved())
            .forEach(all::add);
      }
    }
    return all;
  }

  @Test
  void aThousandIdenticalRequestsOverTwoInstancesAreOneCharge() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Set<Answer> answers = distinct(allAtOnce(threads, 1000, "thousand", purchase(100_001)));

      assertThat(answers).extracting(Answer::status).containsOnly(201);
      assertThat(answers).hasSize(1);
      assertThat(answers.iterator().next().body()).contains("\"captured\"");
      assertThat(charges(100_001)).hasSize(1);
    }
  }

  @Test
  void stillOneChargeIfTheInstancesAreKilledInTheMiddle() throws Exception {
    for (int i = 0; i < 2; i++) {
      stack.control(i, Mode.TIMEOUT_BUT_CHARGED, 60_000, 1);
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> asked = allAtOnce(threads, 1000, "killed", purchase(100_002));
      // The card is charged and the instance that asked waits for the answer: no place is worse.
      awaitCharge(100_002);
      stack.instances().forEach(Child::kill);
      assertThat(asked).noneMatch(Future::isDone);
      for (int i = 0; i < 2; i++) {
        stack.control(i, Mode.NORMAL, 0, 1);
      }
      for (Child instance : stack.instances()) {
        instance.start();
      }
      Set<Answer> answers = distinct(asked);

      assertThat(answers).extracting(Answer::status).containsOnly(201);
      assertThat(answers).hasSize(1);
      assertThat(charges(100_002)).hasSize(1);
    }
  }

  private void awaitCharge(long amount) throws IOException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (charges(amount).isEmpty() && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Test
  void theSameKeyWithAnotherBodyOrPathIsRefused() throws Exception {
    Answer first = untilFinal(0, "reused", purchase(100_003));
    String id = first.body().replaceAll("(?s).*\"id\":\\s*\"([^\"]+)\".*", "$1");

    assertThat(post(stack.urls().get(1), "/v1/payments", "reused", purchase(100_004)).status())
        .isEqualTo(422);
    assertThat(
            post(stack.urls().get(0), "/v1/payments/" + id + "/refunds", "reused", "{}").status())
        .isEqualTo(422);
    assertThat(post(stack.urls().get(1), "/v1/payments", "reused", purchase(100_003)))
        .isEqualTo(first);
    assertThat(charges(100_004)).isEmpty();
  }
}
