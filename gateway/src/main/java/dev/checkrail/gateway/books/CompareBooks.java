package dev.checkrail.gateway.books;

import dev.checkrail.gateway.acquirer.Kind;
import dev.checkrail.gateway.acquirer.Operation;
import dev.checkrail.gateway.books.BooksReport.Sum;
import dev.checkrail.gateway.books.GatewayBooks.Answer;
import dev.checkrail.gateway.books.GatewayBooks.Attempt;
import dev.checkrail.gateway.books.GatewayBooks.Line;
import dev.checkrail.gateway.books.GatewayBooks.Payment;
import dev.checkrail.gateway.load.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Three parties have written down what happened: the gateway, the acquirers, the users. This lays
 * the three side by side, entry by entry, and names each difference.
 *
 * <p>What counts is money: an operation is <em>effective</em> if an acquirer approved it and did
 * not undo it. From that follow
 *
 * <ul>
 *   <li><b>lost</b>: a user was told "done", or the gateway has booked it, and it is not effective;
 *   <li><b>charged twice</b>: two effective authorisations of one payment, of one idempotency key
 *       or of one purchase;
 *   <li><b>not booked</b>: it is effective, and the gateway says that it was not done, or less;
 *   <li><b>told failed but charged</b>: a user was told "failed" or nothing, and it is effective.
 *       It has ended if the same key gives him success; if it was reversed it is not effective.
 *       Else it has not ended, which is a finding.
 * </ul>
 *
 * <p>The gateway's attempts that are open are no difference as long as they have a next step: they
 * are counted, and what they have already done at the acquirer is a column of its own in the sums.
 */
final class CompareBooks {
  private final GatewayBooks gateway;
  private final List<AcquirerBooks> acquirers;
  private final List<Step> steps;

  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, Attempt> attempts = new LinkedHashMap<>();
  private final Map<String, Payment> payments = new LinkedHashMap<>();
  private final Map<String, Answer> answers = new HashMap<>();

  /** Where each reference is effective: more than one acquirer is one too many. */
  private final Map<String, List<Operation>> effective = new HashMap<>();

  private final List<String> toldFailedButCharged = new ArrayList<>();

  private CompareBooks(GatewayBooks gateway, List<AcquirerBooks> acquirers, List<Step> steps) {
    this.gateway = gateway;
    this.acquirers = acquirers;
    this.steps = steps;
    gateway.attempts().forEach(it -> attempts.put(it.reference(), it));
    gateway.payments().forEach(it -> payments.put(it.id(), it));
    gateway.answers().forEach(it -> answers.put(it.key(), it));
    for (AcquirerBooks books : acquirers) {
      for (Operation operation : books.operations()) {
        if (books.isEffective(operation)) {
          effective.computeIfAbsent(operation.reference(), it -> new ArrayList<>()).add(operation);
        }
      }
    }
  }

  /** Compares. Without a client log {@code steps} is empty. */
  static BooksReport compare(
      GatewayBooks gateway, List<AcquirerBooks> acquirers, List<Step> steps) {
    return new CompareBooks(gateway, acquirers, steps).report();
  }

  private BooksReport report() {
    acquirers.forEach(this::acquirer);
    gateway.attempts().forEach(this::attempt);
    payments();
    purchases();
    ledger();
    if (steps.isEmpty()) {
      storedAnswers();
    } else {
      steps.forEach(this::step);
    }
    List<Sum> sums = sums();
    long operations = acquirers.stream().mapToLong(it -> it.operations().size()).sum();
    return new BooksReport(
        payments.size(),
        attempts.size(),
        operations,
        steps.stream().filter(it -> it.told() == Step.Told.DONE).count(),
        toldFailedButCharged,
        gateway.attempts().stream().filter(it -> it.isOpen() && it.hasNextStep()).count(),
        sums,
        findings.stream().sorted(java.util.Comparator.comparing(Finding::kind)).toList());
  }

  private void find(Finding.Kind kind, String name, String what) {
    findings.add(new Finding(kind, name, what));
  }

  private boolean isEffective(String reference) {
    return effective.containsKey(reference);
  }

  // --- the acquirers' entries, each against the gateway's attempts ------------------------------

  private void acquirer(AcquirerBooks books) {
    books
        .repeated()
        .forEach(it ->
            find(Finding.Kind.CHARGED_TWICE, it, "is in the books of " + books.name() + " twice"));
    for (Operation operation : books.operations()) {
      // What came after the snapshot has its attempt after the snapshot.
      boolean later = operation.at().isAfter(gateway.asOf());
      if (books.isEffective(operation) && !later && !attempts.containsKey(operation.reference())) {
        find(
            Finding.Kind.NOT_BOOKED,
            operation.reference(),
            books.name() + " has done it, the gateway does not know it");
      }
    }
    effective.forEach((reference, all) -> {
      if (all.size() > 1 && books == acquirers.getFirst()) {
        find(Finding.Kind.CHARGED_TWICE, reference, "was done by " + all.size() + " acquirers");
      }
    });
  }

  // --- the gateway's attempts, each against the acquirers' entries ------------------------------

  private void attempt(Attempt attempt) {
    Optional<AcquirerBooks> books =
        acquirers.stream().filter(it -> it.name().equals(attempt.acquirer())).findFirst();
    if (books.isEmpty()) {
      find(
          Finding.Kind.DISAGREES,
          attempt.reference(),
          "the books of " + attempt.acquirer() + " are not given");
      return;
    }
    Optional<Operation> operation = books.get().find(attempt.reference());
    boolean done = operation.map(books.get()::isEffective).orElse(false);
    switch (attempt.state()) {
      case "approved" -> approved(attempt, operation, done);
      case "pending", "unknown" -> {
        if (!attempt.hasNextStep()) {
          find(
              Finding.Kind.NO_NEXT_STEP,
              attempt.reference(),
              attempt.state() + ", nothing scheduled");
        }
      }
      case "declined", "not_sent", "reversed" -> {
        // A void that did take effect, or a refund, is as wrong as a charge.
        if (done) {
          find(
              Finding.Kind.NOT_BOOKED,
              attempt.reference(),
              attempt.state() + " says the gateway, " + attempt.acquirer() + " has done it");
        }
        if (attempt.state().equals("reversed") && operation.isEmpty()) {
          find(
              Finding.Kind.DISAGREES,
              attempt.reference(),
              "reversed says the gateway, " + attempt.acquirer() + " knows of no reversal");
        }
      }
      default -> find(Finding.Kind.DISAGREES, attempt.reference(), "is in no known state");
    }
  }

  private void approved(Attempt attempt, Optional<Operation> found, boolean done) {
    if (!done) {
      find(
          Finding.Kind.LOST,
          attempt.reference(),
          attempt.kind()
              + " is booked, "
              + attempt.acquirer()
              + (found.isEmpty() ? " does not know it" : " has declined or reversed it"));
      return;
    }
    Operation operation = found.orElseThrow();
    boolean same =
        operation.kind().name().toLowerCase(Locale.ROOT).equals(attempt.kind())
            && operation.currency().equals(attempt.currency())
            && operation.amount() == attempt.amount()
            && operation.capture() == attempt.capture()
            && operation.original().equals(attempt.original());
    if (!same) {
      find(
          Finding.Kind.DISAGREES,
          attempt.reference(),
          "%s of %d %s here, %s of %d %s there"
              .formatted(
                  attempt.kind(),
                  attempt.amount(),
                  attempt.currency(),
                  operation.kind(),
                  operation.amount(),
                  operation.currency()));
    }
  }

  // --- payments ---------------------------------------------------------------------------------

  private void payments() {
    Map<String, List<Attempt>> byPayment = new HashMap<>();
    gateway
        .attempts()
        .forEach(it -> byPayment.computeIfAbsent(it.payment(), id -> new ArrayList<>()).add(it));
    for (Payment payment : gateway.payments()) {
      List<Attempt> all = byPayment.getOrDefault(payment.id(), List.of());
      long authorisations =
          all.stream()
              .filter(it -> it.kind().equals("authorise") && isEffective(it.reference()))
              .count();
      if (authorisations > 1) {
        find(
            Finding.Kind.CHARGED_TWICE,
            payment.id(),
            authorisations + " authorisations are effective");
      }
      // While something is under way, the payment's own sums are behind.
      boolean open = all.stream().anyMatch(Attempt::isOpen);
      if (payment.state().equals("processing") && !open) {
        find(Finding.Kind.NO_NEXT_STEP, payment.id(), "is processing, and no attempt is open");
      }
      if (!open && authorisations <= 1) {
        long captured = taken(all, "authorise") + taken(all, "capture");
        long refunded = taken(all, "refund");
        if (captured > payment.captured()) {
          find(
              Finding.Kind.NOT_BOOKED,
              payment.id(),
              "%d were taken, the payment says %d".formatted(captured, payment.captured()));
        } else if (captured < payment.captured() || refunded != payment.refunded()) {
          find(
              Finding.Kind.LOST,
              payment.id(),
              "the payment says %d taken and %d refunded, the acquirers %d and %d"
                  .formatted(payment.captured(), payment.refunded(), captured, refunded));
        }
      }
    }
  }

  private long taken(List<Attempt> all, String kind) {
    return all.stream()
        .filter(it -> it.kind().equals(kind) && isEffective(it.reference()))
        .filter(it -> !kind.equals("authorise") || it.capture())
        .mapToLong(Attempt::amount)
        .sum();
  }

  /** A purchase is one payment, whatever keys and retries made of it. */
  private void purchases() {
    Map<String, Set<String>> charged = new TreeMap<>();
    for (Attempt attempt : gateway.attempts()) {
      Payment payment = payments.get(attempt.payment());
      if (payment != null
          && attempt.kind().equals("authorise")
          && isEffective(attempt.reference())) {
        payment
            .purchase()
            .ifPresent(it -> charged.computeIfAbsent(it, key -> new TreeSet<>()).add(payment.id()));
      }
    }
    charged.forEach((purchase, ids) -> {
      if (ids.size() > 1) {
        find(Finding.Kind.CHARGED_TWICE, purchase, "one purchase, charged as " + ids);
      }
    });
  }

  // --- the ledger -------------------------------------------------------------------------------

  private void ledger() {
    Map<String, Long> byCurrency = new TreeMap<>();
    Map<String, Long> byPosting = new TreeMap<>();
    Set<String> posted = new HashSet<>();
    for (Line line : gateway.ledger()) {
      byCurrency.merge(line.currency(), line.amount(), Long::sum);
      byPosting.merge(line.posting() + " " + line.currency(), line.amount(), Long::sum);
      posted.add(line.posting());
    }
    byCurrency.forEach((currency, sum) -> balanced("all of " + currency, sum));
    byPosting.forEach((posting, sum) -> balanced("posting " + posting, sum));
    for (String posting : posted) {
      Attempt attempt = attempts.get(posting);
      if (attempt == null || !attempt.isApproved()) {
        find(Finding.Kind.DISAGREES, posting, "is in the ledger, and is no approved attempt");
      }
    }
    for (Attempt attempt : gateway.attempts()) {
      if (attempt.isApproved() && !posted.contains(attempt.reference())) {
        find(Finding.Kind.NOT_BOOKED, attempt.reference(), "is approved, and is not in the ledger");
      }
    }
  }

  private void balanced(String what, long sum) {
    if (sum != 0) {
      find(Finding.Kind.UNBALANCED, what, "sums up to " + sum);
    }
  }

  private record Cell(String acquirer, String currency, String what) implements Comparable<Cell> {
    @Override
    public int compareTo(Cell other) {
      return (acquirer + " " + currency + " " + what)
          .compareTo(other.acquirer + " " + other.currency + " " + other.what);
    }
  }

  private List<Sum> sums() {
    Map<Cell, long[]> cells = new TreeMap<>(); // ledger, acquirer, open
    for (Line line : gateway.ledger()) {
      String[] account = line.account().split(":", -1);
      if (account.length == 3 && account[0].equals("acquirer")) {
        add(cells, account[1], line.currency(), account[2], 0, line.amount());
      }
    }
    for (AcquirerBooks books : acquirers) {
      for (Operation operation : books.operations()) {
        if (books.isEffective(operation)) {
          Attempt attempt = attempts.get(operation.reference());
          boolean open =
              attempt == null ? operation.at().isAfter(gateway.asOf()) : attempt.isOpen();
          sum(
              cells,
              books.name(),
              operation.currency(),
              "receivable",
              books.receivable(operation),
              open);
          sum(cells, books.name(), operation.currency(), "held", books.held(operation), open);
        }
      }
    }
    List<Sum> sums = new ArrayList<>();
    cells.forEach((cell, amounts) -> {
      Sum sum =
          new Sum(
              cell.acquirer(), cell.currency(), cell.what(), amounts[0], amounts[1], amounts[2]);
      sums.add(sum);
      if (!sum.isEqual()) {
        find(
            Finding.Kind.SUMS_DIFFER,
            cell.acquirer() + " " + cell.currency() + " " + cell.what(),
            "%d here, %d there, %d under way".formatted(sum.ledger(), sum.acquirers(), sum.open()));
      }
    });
    return sums;
  }

  private static void sum(
      Map<Cell, long[]> cells,
      String acquirer,
      String currency,
      String what,
      long amount,
      boolean open) {
    if (amount != 0) {
      add(cells, acquirer, currency, what, 1, amount);
      add(cells, acquirer, currency, what, 2, open ? amount : 0);
    }
  }

  private static void add(
      Map<Cell, long[]> cells,
      String acquirer,
      String currency,
      String what,
      int column,
      long amount) {
    cells.computeIfAbsent(new Cell(acquirer, currency, what), it -> new long[3])[column] += amount;
  }

  // --- what users were told ---------------------------------------------------------------------

  private void step(Step step) {
    @Nullable Answer answer = answers.get(step.key());
    Optional<String> reference = Optional.ofNullable(answer).flatMap(Answer::reference);
    switch (step.told()) {
      case DONE -> done(step, reference);
      case DECLINED, FAILED, NOTHING -> reference.ifPresent(it -> failed(step.key(), it, answer));
    }
  }

  private void done(Step step, Optional<String> reference) {
    if (reference.isEmpty()) {
      find(
          Finding.Kind.LOST,
          step.key(),
          "the user was told \"done\", the gateway does not know the key");
      return;
    }
    List<Operation> operations = effective.getOrDefault(reference.get(), List.of());
    if (operations.isEmpty()) {
      find(
          Finding.Kind.LOST,
          step.key(),
          "the user was told \"done\", no acquirer has done " + reference.get());
      return;
    }
    Operation operation = operations.getFirst();
    boolean same =
        operation.currency().equals(step.currency())
            && operation.amount() == step.amount()
            && operation.kind() == kind(step.operation());
    if (!same) {
      find(
          Finding.Kind.DISAGREES,
          step.key(),
          "the user was told %s of %d %s, the acquirer did %s of %d %s"
              .formatted(
                  step.operation(),
                  step.amount(),
                  step.currency(),
                  operation.kind(),
                  operation.amount(),
                  operation.currency()));
    }
    Attempt attempt = attempts.get(reference.get());
    if (attempt != null
        && step.payment().isPresent()
        && !attempt.payment().equals(step.payment().get())) {
      find(Finding.Kind.DISAGREES, step.key(), "the user was told another payment's id");
    }
  }

  private static Kind kind(String operation) {
    return switch (operation) {
      case "create", "confirm" -> Kind.AUTHORISE;
      case "capture" -> Kind.CAPTURE;
      case "void" -> Kind.VOID;
      case "refund" -> Kind.REFUND;
      default -> Kind.TOMBSTONE; // fits nothing
    };
  }

  /** Without a client log: a final answer is what a user was told. */
  private void storedAnswers() {
    for (Answer answer : gateway.answers()) {
      if (answer.status().orElse(0) >= 400) {
        answer.reference().ifPresent(it -> failed(answer.key(), it, answer));
      }
    }
  }

  private void failed(String key, String reference, @Nullable Answer answer) {
    if (!isEffective(reference)) {
      return;
    }
    toldFailedButCharged.add(key);
    @Nullable Attempt attempt = attempts.get(reference);
    int status = Optional.ofNullable(answer).flatMap(Answer::status).orElse(0);
    boolean succeedsByKey = attempt != null && attempt.isApproved() && status < 400;
    boolean underWay = attempt != null && attempt.isOpen() && attempt.hasNextStep();
    if (!succeedsByKey && !underWay) {
      find(
          Finding.Kind.NOT_ENDED,
          key,
          "%s is charged, the gateway says %s and would answer %s"
              .formatted(
                  reference,
                  attempt == null ? "nothing of it" : attempt.state(),
                  status == 0 ? "once it is asked" : Integer.toString(status)));
    }
  }
}
