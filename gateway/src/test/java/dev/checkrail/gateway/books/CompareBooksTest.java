package dev.checkrail.gateway.books;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.acquirer.Kind;
import dev.checkrail.gateway.acquirer.Operation;
import dev.checkrail.gateway.books.GatewayBooks.Answer;
import dev.checkrail.gateway.books.GatewayBooks.Attempt;
import dev.checkrail.gateway.books.GatewayBooks.Line;
import dev.checkrail.gateway.books.GatewayBooks.Payment;
import dev.checkrail.gateway.load.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One payment of 10.00 EUR at acq-a, charged at once; each test spoils something. */
class CompareBooksTest {
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  private final List<Payment> payments = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private final List<Line> ledger = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final List<Operation> elsewhere = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();

  CompareBooksTest() {
    payments.add(new Payment("pay_1", "captured", "EUR", 1000, 1000, 0, Optional.of("k1")));
    attempts.add(attempt("r1", "approved", true));
    answers.add(new Answer("k1", "pay_1", Optional.of("r1"), Optional.of(201)));
    ledger.add(new Line("r1", "acquirer:acq-a:receivable", "EUR", 1000));
    ledger.add(new Line("r1", "merchant:payable", "EUR", -1000));
    operations.add(charge(1, "r1"));
    steps.add(step(Step.Told.DONE));
  }

  private static Attempt attempt(String reference, String state, boolean nextStep) {
    return new Attempt(
        reference,
        "pay_1",
        "acq-a",
        "authorise",
        true,
        1000,
        "EUR",
        Optional.empty(),
        state,
        nextStep);
  }

  private static Operation charge(long sequence, String reference) {
    return new Operation(
        sequence,
        NOON,
        Kind.AUTHORISE,
        reference,
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.of("A1"),
        1000,
        "EUR",
        true,
        Optional.of("424242******4242"),
        "f");
  }

  private static Operation reversal(long sequence, String reference) {
    return new Operation(
        sequence,
        NOON,
        Kind.REVERSE,
        reference,
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty(),
        0,
        "",
        false,
        Optional.empty(),
        "");
  }

  private static Step step(Step.Told told) {
    return new Step(
        1,
        "create",
        "k1",
        "pay.example.com",
        1000,
        "EUR",
        NOON,
        told,
        Optional.of("pay_1"),
        Optional.of("captured"),
        List.of(
            new Step.Attempt(
                "http://127.0.0.1:1", NOON, NOON.plusMillis(90), 201, Optional.empty())));
  }

  private BooksReport compare() {
    return CompareBooks.compare(
        new GatewayBooks(NOON.plusSeconds(60), payments, attempts, answers, ledger),
        List.of(new AcquirerBooks("acq-a", operations), new AcquirerBooks("acq-b", elsewhere)),
        steps);
  }

  private List<Finding.Kind> kinds() {
    return compare().findings().stream().map(Finding::kind).distinct().toList();
  }

  @Test
  void booksThatAgreeHaveNoFinding() {
    BooksReport report = compare();

    assertThat(report.findings()).isEmpty();
    assertThat(report.sums())
        .containsExactly(new BooksReport.Sum("acq-a", "EUR", "receivable", 1000, 1000, 0));
    assertThat(report.acknowledged()).isEqualTo(1);
    assertThat(report.text()).endsWith("The books agree.\n");
  }

  @Test
  void aChargeThatTheAcquirerDoesNotKnowIsLost() {
    operations.clear();

    assertThat(kinds()).contains(Finding.Kind.LOST, Finding.Kind.SUMS_DIFFER);
  }

  @Test
  void aChargeThatWasReversedBehindTheGatewaysBackIsLost() {
    operations.add(reversal(2, "r1"));

    assertThat(kinds()).contains(Finding.Kind.LOST);
  }

  @Test
  void anAcknowledgedPaymentThatTheGatewayHasForgottenIsLost() {
    payments.clear();
    attempts.clear();
    answers.clear();
    ledger.clear();

    assertThat(kinds()).contains(Finding.Kind.LOST, Finding.Kind.NOT_BOOKED);
  }

  @Test
  void aSecondReferenceOfOnePaymentIsChargedTwice() {
    attempts.add(attempt("r2", "approved", false));
    ledger.add(new Line("r2", "acquirer:acq-a:receivable", "EUR", 1000));
    ledger.add(new Line("r2", "merchant:payable", "EUR", -1000));
    operations.add(charge(2, "r2"));

    assertThat(kinds()).containsExactly(Finding.Kind.CHARGED_TWICE);
  }

  @Test
  void aChargeAtBothAcquirersIsChargedTwice() {
    elsewhere.add(charge(1, "r1"));

    assertThat(kinds()).contains(Finding.Kind.CHARGED_TWICE);
  }

  @Test
  void onePurchaseThatBecameTwoPaymentsIsChargedTwice() {
    payments.add(new Payment("pay_2", "captured", "EUR", 1000, 1000, 0, Optional.of("k1")));
    attempts.add(
        new Attempt(
            "r2",
            "pay_2",
            "acq-a",
            "authorise",
            true,
            1000,
            "EUR",
            Optional.empty(),
            "approved",
            false));
    ledger.add(new Line("r2", "acquirer:acq-a:receivable", "EUR", 1000));
    ledger.add(new Line("r2", "merchant:payable", "EUR", -1000));
    operations.add(charge(2, "r2"));

    assertThat(kinds()).containsExactly(Finding.Kind.CHARGED_TWICE);
  }

  @Test
  void aSecondChargeThatWasReversedIsNoSecondCharge() {
    attempts.add(attempt("r2", "reversed", false));
    operations.add(charge(2, "r2"));
    operations.add(reversal(3, "r2"));

    assertThat(compare().findings()).isEmpty();
  }

  @Test
  void aReversalThatTheAcquirerDoesNotKnowIsNone() {
    attempts.add(attempt("r2", "reversed", false));

    assertThat(kinds()).containsExactly(Finding.Kind.DISAGREES);
  }

  @Test
  void toldNothingButChargedEndsAsSuccessByTheSameKey() {
    steps.set(0, step(Step.Told.NOTHING));
    BooksReport report = compare();

    assertThat(report.toldFailedButCharged()).containsExactly("k1");
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void toldFailedButChargedForEverHasNotEnded() {
    steps.set(0, step(Step.Told.FAILED));
    answers.set(0, new Answer("k1", "pay_1", Optional.of("r1"), Optional.of(502)));

    assertThat(kinds()).containsExactly(Finding.Kind.NOT_ENDED);
    steps.clear(); // also seen without a client log
    assertThat(kinds()).containsExactly(Finding.Kind.NOT_ENDED);
  }

  @Test
  void aDeclinedAttemptThatIsChargedIsFound() {
    attempts.set(0, attempt("r1", "declined", false));
    ledger.clear();

    assertThat(kinds()).contains(Finding.Kind.NOT_BOOKED);
  }

  @Test
  void anUnknownAttemptNeedsANextStep() {
    payments.set(0, new Payment("pay_1", "processing", "EUR", 0, 0, 0, Optional.of("k1")));
    attempts.set(0, attempt("r1", "unknown", true));
    answers.set(0, new Answer("k1", "pay_1", Optional.of("r1"), Optional.empty()));
    ledger.clear();
    steps.set(0, step(Step.Told.NOTHING));
    BooksReport report = compare();

    assertThat(report.findings()).isEmpty(); // what is under way is told apart in the sums
    assertThat(report.underWay()).isEqualTo(1);
    assertThat(report.sums())
        .containsExactly(new BooksReport.Sum("acq-a", "EUR", "receivable", 0, 1000, 1000));

    attempts.set(0, attempt("r1", "unknown", false));
    assertThat(kinds()).contains(Finding.Kind.NO_NEXT_STEP);
  }

  @Test
  void aLedgerThatDoesNotSumUpToZeroIsFound() {
    ledger.set(1, new Line("r1", "merchant:payable", "EUR", -999));

    assertThat(kinds()).containsExactly(Finding.Kind.UNBALANCED);
  }

  @Test
  void anotherAmountAtTheAcquirerIsFound() {
    attempts.set(
        0,
        new Attempt(
            "r1",
            "pay_1",
            "acq-a",
            "authorise",
            true,
            900,
            "EUR",
            Optional.empty(),
            "approved",
            false));

    assertThat(kinds()).contains(Finding.Kind.DISAGREES);
  }

  @Test
  void whatAnAcquirerDidAfterTheSnapshotIsNoDifference() {
    Operation later =
        new Operation(
            2,
            NOON.plusSeconds(61),
            Kind.AUTHORISE,
            "r9",
            Optional.empty(),
            true,
            Optional.empty(),
            Optional.of("A2"),
            5,
            "EUR",
            true,
            Optional.empty(),
            "f");
    operations.add(later);

    assertThat(compare().findings()).isEmpty();
  }
}
