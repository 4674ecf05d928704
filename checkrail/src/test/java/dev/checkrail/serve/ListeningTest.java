package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.checkrail.balancer.KeptJournal;
import dev.checkrail.serve.access.Access;
import dev.checkrail.serve.access.Refusals;
import dev.checkrail.store.AccountTable;
import dev.checkrail.store.Database;
import dev.checkrail.store.DatabaseAddress;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.InvalidPathException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What nobody foresaw: the sender gets an id, the log has the rest under it. */
class ListeningTest {
  private static final String SECRET = "a detail of the inside";

  @ParameterizedTest
  @ValueSource(strings = {"argument", "path", "state", "null", "stack"})
  void aDefectIsAnsweredByAnIdThatIsInTheLogAndByNothingElse(String what) throws Exception {
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    ListAppender<ILoggingEvent> seen = new ListAppender<>();
    Logger log = (Logger) LoggerFactory.getLogger(Listening.class);
    seen.start();
    log.addAppender(seen);
    try (Database nowhere =
            Database.open(
                new DatabaseAddress("jdbc:postgresql://127.0.0.1:1/none", "x", "x"),
                1,
                Duration.ofSeconds(1),
                metrics);
        Listening listening =
            new Listening(
                new Listening.Place("127.0.0.1", 0, Optional.empty()),
                List.of(Endpoint.open("GET", "/defect", call -> fail(what))),
                new Access(
                    new AccountTable(nowhere),
                    InstantSource.system(),
                    System::nanoTime,
                    new SecureRandom()),
                new Refusals(new KeptJournal(), InstantSource.system(), System::nanoTime),
                metrics);
        HttpClient http = HttpClient.newHttpClient()) {
      listening.start();
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listening.port() + "/defect"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
      String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
      assertThat(answer.body())
          .contains("urn:checkrail:problem:internal", id)
          .doesNotContain(SECRET, "Exception", "dev.checkrail", "\tat ");
      assertThat(seen.list)
          .anySatisfy(event -> {
            assertThat(event.getFormattedMessage()).contains("request " + id + " failed");
            assertThat(event.getThrowableProxy()).isNotNull();
          });
    } finally {
      log.detachAppender(seen);
    }
  }

  private static Reply fail(String what) {
    switch (what) {
      case "argument" -> throw new IllegalArgumentException(SECRET);
      case "path" -> throw new InvalidPathException(SECRET, SECRET);
      case "state" -> throw new IllegalStateException(SECRET);
      case "null" -> throw new NullPointerException(SECRET);
      default -> throw new StackOverflowError(SECRET);
    }
  }
}
