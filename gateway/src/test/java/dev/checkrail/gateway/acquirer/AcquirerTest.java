package dev.checkrail.gateway.acquirer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcquirerTest {
  private static final String VISA = TestCard.VISA.number();

  @TempDir Path folder;
  private Acquirer acquirer;
  private int port;

  @BeforeEach
  void start() throws IOException {
    acquirer =
        Acquirer.start(
            new Acquirer.Settings("acq-a", 0, folder, Asked.TOKEN, 7),
            InstantSource.fixed(Instant.parse("2026-11-01T12:00:00Z")));
    port = acquirer.port();
  }

  @AfterEach
  void stop() {
    acquirer.close();
  }

  private void restart() throws IOException {
    acquirer.close();
    start();
  }

  private List<Operation> books() throws IOException {
    return JournalFile.read(folder.resolve("journal.jsonl"));
  }

  @Test
  void theSameReferenceIsChargedOnceAndAnsweredTheSame() throws IOException {
    Asked first = Asked.authorise(port, "r1", 500, VISA);
    Asked second = Asked.authorise(port, "r1", 500, VISA);

    assertThat(first.status()).isEqualTo(200);
    assertThat(first.json().path("outcome").asString()).isEqualTo("approved");
    assertThat(second).isEqualTo(first);
    assertThat(books()).hasSize(1);
  }

  @Test
  void theSameReferenceWithAnotherAmountOrCardIsRefused() throws IOException {
    Asked.authorise(port, "r1", 500, VISA);

    assertThat(Asked.authorise(port, "r1", 501, VISA).status()).isEqualTo(409);
    assertThat(Asked.authorise(port, "r1", 500, TestCard.MASTERCARD.number()).text("code"))
        .isEqualTo("reference-conflict");
    assertThat(Asked.post(port, "/void", "{\"reference\": \"r1\", \"original\": \"r1\"}").status())
        .isEqualTo(409);
    assertThat(books()).hasSize(1);
  }

  @Test
  void manyAtOnceWithOneReferenceAreOneCharge() throws IOException {
    String body = Asked.authorisation("r1", 500, true, VISA);
    List<Asked> answers =
        IntStream.range(0, 200)
            .mapToObj(i -> Asked.postLater(port, "/authorise", body))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();

    assertThat(answers).containsOnly(answers.getFirst());
    assertThat(books()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"CARD_DECLINED", "INSUFFICIENT_FUNDS", "LOST_CARD", "STOLEN_CARD", "EXPIRED_CARD"})
  void aTestCardIsDeclinedWithItsCode(TestCard card) throws IOException {
    Asked answer = Asked.authorise(port, "r1", 500, card.number());

    assertThat(answer.text("outcome")).isEqualTo("declined");
    assertThat(answer.text("declineCode")).isEqualTo(card.name().toLowerCase());
  }

  @Test
  void capturesStayWithinTheAuthorisationAndRefundsWithinTheCapture() throws IOException {
    Asked.post(port, "/authorise", Asked.authorisation("a", 1000, false, VISA));

    assertThat(follow("/capture", "c1", "a", 400)).isEqualTo("approved");
    assertThat(follow("/capture", "c2", "a", 601)).isEqualTo("amount_too_large");
    assertThat(follow("/capture", "c3", "a", 600)).isEqualTo("approved");
    assertThat(follow("/refund", "f1", "c1", 300)).isEqualTo("approved");
    assertThat(follow("/refund", "f2", "c1", 101)).isEqualTo("amount_too_large");
    assertThat(follow("/refund", "f3", "a", 1)).isEqualTo("unknown_original");
    assertThat(
            Asked.post(port, "/void", "{\"reference\": \"v\", \"original\": \"a\"}")
                .text("declineCode"))
        .isEqualTo("already_captured");
  }

  @Test
  void aVoidedAuthorisationCanNotBeCaptured() throws IOException {
    Asked.post(port, "/authorise", Asked.authorisation("a", 1000, false, VISA));
    Asked.post(port, "/void", "{\"reference\": \"v\", \"original\": \"a\"}");

    assertThat(follow("/capture", "c", "a", 1000)).isEqualTo("already_voided");
  }

  private String follow(String path, String reference, String original, long amount)
      throws IOException {
    Asked answer =
        Asked.post(
            port,
            path,
            """
            {"reference": "%s", "original": "%s", "amount": %d, "currency": "EUR"}
            """
                .formatted(reference, original, amount));
    return answer.text("outcome").equals("approved") ? "approved" : answer.text("declineCode");
  }

  @Test
  void aReversedChargeStaysReversed() throws IOException {
    Asked.authorise(port, "r1", 500, VISA);

    assertThat(reverse("r1").status()).isEqualTo(200);
    assertThat(reverse("r1").json().path("reversed").asBoolean()).isTrue();
    assertThat(Asked.get(port, "/operations/r1").json().path("reversed").asBoolean()).isTrue();
    assertThat(books()).hasSize(2);
  }

  @Test
  void whatIsReversedBeforeItArrivesIsNeverCharged() throws IOException {
    assertThat(Asked.get(port, "/operations/r1").status()).isEqualTo(404);
    reverse("r1");

    assertThat(Asked.authorise(port, "r1", 500, VISA).text("declineCode")).isEqualTo("reversed");
    restart();
    assertThat(Asked.authorise(port, "r1", 500, VISA).text("declineCode")).isEqualTo("reversed");
    assertThat(Asked.get(port, "/operations/r1").text("kind")).isEqualTo("tombstone");
  }

  @Test
  void aSlowRequestIsNotKnownUntilItIsDecidedAndLosesAgainstAReversal() throws IOException {
    control("{\"mode\": \"slow\", \"millis\": 700}");
    CompletableFuture<Asked> slow =
        Asked.postLater(port, "/authorise", Asked.authorisation("r1", 500, true, VISA));
    control("{\"mode\": \"normal\"}"); // for those that come from now on
    // Whichever of the two is decided first: nothing stays charged.
    reverse("r1");

    assertThat(slow.join().status()).isEqualTo(200);
    assertThat(Asked.get(port, "/operations/r1").json().path("reversed").asBoolean()).isTrue();
  }

  @Test
  void anAuthorisationWithCapturesIsReversedAfterThem() throws IOException {
    Asked.post(port, "/authorise", Asked.authorisation("a", 1000, false, VISA));
    follow("/capture", "c", "a", 1000);

    assertThat(reverse("a").text("code")).isEqualTo("has_successors");
    reverse("c");
    assertThat(reverse("a").status()).isEqualTo(200);
  }

  private Asked reverse(String reference) throws IOException {
    return Asked.post(port, "/reverse", "{\"reference\": \"" + reference + "\"}");
  }

  private Asked control(String body) throws IOException {
    return Asked.post(port, "/control", body);
  }

  @ParameterizedTest
  @ValueSource(strings = {"half-answer", "timeout-but-charged"})
  void aBrokenAnswerHidesACharge(String mode) throws IOException {
    control("{\"mode\": \"" + mode + "\", \"millis\": 10}");
    assertThatThrownBy(() -> Asked.authorise(port, "r1", 500, VISA))
        .isInstanceOf(IOException.class);
    control("{\"mode\": \"normal\"}");

    assertThat(Asked.get(port, "/operations/r1").text("outcome")).isEqualTo("approved");
    assertThat(books()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"HALF_ANSWER", "DOWN"})
  void aTestCardBreaksItsFirstAnswerOnly(TestCard card) throws IOException {
    assertThatThrownBy(() -> Asked.authorise(port, "r1", 500, card.number()))
        .isInstanceOf(IOException.class);

    assertThat(books()).hasSize(card == TestCard.HALF_ANSWER ? 1 : 0);
  }

  @Test
  void downAndErrorDoNothing() throws IOException {
    control("{\"mode\": \"down\"}");
    assertThatThrownBy(() -> Asked.authorise(port, "r1", 500, VISA))
        .isInstanceOf(IOException.class);
    control("{\"mode\": \"error\"}");
    assertThat(Asked.authorise(port, "r1", 500, VISA).status()).isEqualTo(500);

    assertThat(books()).isEmpty();
  }

  @Test
  void aShareOfTheRequestsIsHitTheSameForTheSameSeed() throws IOException {
    List<Integer> first = statuses("a");

    assertThat(statuses("b")).isEqualTo(first);
    assertThat(first).contains(200, 500);
  }

  private List<Integer> statuses(String prefix) throws IOException {
    control("{\"mode\": \"error\", \"share\": 0.5, \"seed\": 3}");
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      statuses.add(Asked.authorise(port, prefix + i, 500, VISA).status());
    }
    return statuses;
  }

  @Test
  void aTornLastLineIsCutOffAndAllBeforeItIsThere() throws IOException {
    Asked answer = Asked.authorise(port, "r1", 500, VISA);
    Asked.authorise(port, "r2", 500, VISA);
    acquirer.close();
    Path journal = folder.resolve("journal.jsonl");
    byte[] whole = Files.readAllBytes(journal);
    Files.write(journal, java.util.Arrays.copyOf(whole, whole.length - 9));

    start();
    assertThat(Asked.authorise(port, "r1", 500, VISA)).isEqualTo(answer);
    assertThat(Asked.get(port, "/operations/r2").status()).isEqualTo(404);
    assertThat(Asked.authorise(port, "r2", 700, VISA).text("outcome")).isEqualTo("approved");
    assertThat(books()).extracting(Operation::sequence).containsExactly(1L, 2L);
  }

  @Test
  void aDamagedLineWithSoundOnesBehindItIsNotPassedOver() throws IOException {
    Asked.authorise(port, "r1", 500, VISA);
    Asked.authorise(port, "r2", 500, VISA);
    acquirer.close();
    Path journal = folder.resolve("journal.jsonl");
    Files.writeString(journal, Files.readString(journal).replaceFirst("\"r1\"", "\"rX\""));

    assertThatThrownBy(this::start).isInstanceOf(IOException.class);
    Files.delete(journal);
    start();
  }

  @Test
  void aSecondAcquirerOfTheSameFolderIsRefused() {
    assertThatThrownBy(() ->
            Acquirer.start(
                new Acquirer.Settings("again", 0, folder, Asked.TOKEN, 7), InstantSource.system()))
        .hasMessageContaining("in use");
  }

  @Test
  void theBooksAreServedToTheTokenOnly() throws IOException {
    Asked.authorise(port, "r1", 500, VISA);

    assertThat(Asked.get(port, "/books").body().lines().map(OperationJson::read).toList())
        .isEqualTo(books());
  }

  @Test
  void noFileAndNoAnswerHasACardNumberOrACvc() throws IOException {
    Asked answer = Asked.authorise(port, "r1", 500, VISA);
    Asked wrong = Asked.authorise(port, "r2", 500, "4242424242424243");
    Asked malformed =
        Asked.post(port, "/authorise", "{\"card\": {\"number\": \"4242424242424242\", ");

    assertThat(wrong.status()).isEqualTo(400);
    assertThat(malformed.status()).isEqualTo(400);
    String all = answer.body() + wrong.body() + malformed.body();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all += Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
      }
    }
    assertThat(all).doesNotContain("4242424242424242", "4242424242424243");
    // Three digits occur by chance within a fingerprint; as a value of their own they may not.
    assertThat(all).doesNotContainPattern("(?<![0-9A-Za-z])987(?![0-9A-Za-z])");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"reference\": 1}",
        "{\"reference\": \"a b\"}",
        "{\"reference\": \"r\"}",
        "{\"reference\": \"r\", \"amount\": -1}",
        "{\"reference\": \"r\", \"amount\": 1.5}",
        "{\"reference\": \"r\", \"amount\": 1, \"currency\": \"eur\"}",
        "{\"reference\": \"r\", \"reference\": \"s\"}"
      })
  void malformedRequestsAreRefused(String body) throws IOException {
    for (String path : List.of("/authorise", "/capture", "/refund")) {
      assertThat(Asked.post(port, path, body).status()).isEqualTo(400);
    }
    assertThat(Asked.post(port, "/nowhere", "{}").status()).isEqualTo(404);
  }

  @Test
  void hundredsAtOnceAreDurable() throws IOException {
    long begun = System.nanoTime();
    List<CompletableFuture<Asked>> asked =
        IntStream.range(0, 600)
            .mapToObj(i ->
                Asked.postLater(port, "/authorise", Asked.authorisation("r" + i, 500, true, VISA)))
            .toList();
    asked.forEach(CompletableFuture::join);

    assertThat((System.nanoTime() - begun) / 1e9).isLessThan(60);
    assertThat(books()).hasSize(600);
  }
}
