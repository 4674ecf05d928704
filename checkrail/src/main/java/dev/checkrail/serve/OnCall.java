package dev.checkrail.serve;

import dev.checkrail.change.Journal;
import dev.checkrail.change.Journal.JournalUnavailable;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.store.Database;
import dev.checkrail.store.OnCallTable;
import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.detect.Alerts;
import dev.checkrail.watch.detect.Notice;
import dev.checkrail.watch.detect.Silence;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident;
import dev.checkrail.watch.incident.Incident.What;
import dev.checkrail.watch.oncall.Delivery;
import dev.checkrail.watch.oncall.Escalation;
import dev.checkrail.watch.oncall.Page;
import dev.checkrail.watch.oncall.Plan;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom to tell: alerts of all load balancers, escalation, what was sent. Safe for many threads.
 *
 * <p>Alerts, escalation and deliveries are in memory; one thread writes them into the database, in
 * one transaction, before the deliveries are sent. Who looks never waits for that, nor for a
 * notifier. While the database is down, people are told from memory after a second, and all of it
 * is written when it is back; who is killed then forgets what happened since it went down.
 */
final class OnCall implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OnCall.class);

  /** How long an API call waits until what it did is written. */
  private static final Duration SETTLING = Duration.ofSeconds(3);

  /** As long as something is open, what is remembered is at most so old. */
  private static final Duration REFRESHED = Duration.ofSeconds(10);

  /** After so long without a look there is no heartbeat. */
  private static final Duration BLIND = Duration.ofSeconds(60);

  private static final Duration DELIVERIES_KEPT = Duration.ofDays(30);
  private static final int MOST_HAPPENINGS = 200;
  private static final int MOST_LATE = 5_000;
  private static final int LONGEST_PAUSE = 5;
  private static final Duration ENDING = Duration.ofSeconds(4);

  private final OnCallTable table;
  private final Journal journal;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Setup setup;
  private final PageLinks links;
  private final Posting posting = new Posting();
  private final Map<String, Sending> senders = new TreeMap<>();
  private final ScheduledExecutorService timer;
  private final Thread writer;
  private volatile URI address = URI.create("http://127.0.0.1");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition written = lock.newCondition();
  // Guarded by the lock.
  private final Alerts alerts;
  private final Escalation escalation;
  private final Map<String, List<Happening>> happened = new HashMap<>();
  private final Map<String, Long> looked = new HashMap<>();
  private final Map<String, String> prints = new HashMap<>();
  private final List<Delivery> unwritten = new ArrayList<>();
  private final List<OnCallTable.Ended> ended = new ArrayList<>();
  private final List<JournalEntry> late = new ArrayList<>();
  private long version;
  private long writtenVersion;
  private long writtenAt;
  private boolean down;
  private boolean closing;

  /**
   * How people want it.
   *
   * @param observeOnly nobody is told; it is recorded what would have been
   * @param key what links are made of: a secret
   */
  record Setup(OnCallFile file, boolean observeOnly, String key) {
    @Override
    public String toString() {
      return file + (observeOnly ? ", observed only" : "");
    }
  }

  /**
   * All of it at one moment.
   *
   * @param told empty: nobody is told
   * @param stored whether all of it is in the database
   */
  record View(
      List<Alert> alerts,
      List<Page> pages,
      List<Silence> silences,
      List<Sending.Status> told,
      boolean observeOnly,
      boolean stored) {
    View {
      alerts = List.copyOf(alerts);
      pages = List.copyOf(pages);
      silences = List.copyOf(silences);
      told = List.copyOf(told);
    }
  }

  /** Goes on from what the table holds. Nobody is told before {@link #begin}. */
  OnCall(Setup setup, OnCallTable table, Journal journal, InstantSource clock, LongSupplier nanos) {
    this.setup = setup;
    this.table = table;
    this.journal = journal;
    this.clock = clock;
    this.nanos = nanos;
    this.links = new PageLinks(setup.key(), this::address);
    Plan plan = setup.file().plan();
    Optional<OnCallTable.State> kept = table.state();
    this.alerts = new Alerts(alerts(kept));
    this.escalation = new Escalation(plan, escalation(kept), setup.observeOnly());
    this.writtenAt = nanos.getAsLong();
    if (!setup.observeOnly()) {
      plan.notifiers().forEach((name, one) -> senders.put(name, sender(name, one, plan)));
    }
    goOn();
    this.writer = Thread.ofPlatform().daemon().name("on-call store").unstarted(this::write);
    writer.start();
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("on-call").factory());
    var unused = timer.scheduleWithFixedDelay(this::second, 1, 1, TimeUnit.SECONDS);
    var unusedToo = timer.scheduleWithFixedDelay(this::forget, 1, 60, TimeUnit.MINUTES);
  }

  /**
   * From now on people are told.
   *
   * @param listening where we listen, if the file does not say under which address people reach us
   */
  void begin(URI listening) {
    address = setup.file().plan().address().orElse(listening);
    senders.values().forEach(Sending::start);
  }

  private static Alerts.State alerts(Optional<OnCallTable.State> kept) {
    try {
      return kept.map(it -> Alerts.State.read(it.alerts())).orElse(Alerts.State.EMPTY);
    } catch (RuntimeException e) {
      LOG.error("alerts of another version can't be read: they begin anew", e);
      return Alerts.State.EMPTY;
    }
  }

  private static Escalation.State escalation(Optional<OnCallTable.State> kept) {
    try {
      return kept.map(it -> Escalation.State.read(it.escalation())).orElse(Escalation.State.EMPTY);
    } catch (RuntimeException e) {
      LOG.error("pages of another version can't be read: they begin anew", e);
      return Escalation.State.EMPTY;
    }
  }

  private Sending sender(String name, Plan.Notifier notifier, Plan plan) {
    Way way =
        switch (notifier) {
          case Plan.Webhook it ->
              new WebhookWay(
                  posting,
                  it.url(),
                  setup.file().secrets().getOrDefault(name, ""),
                  links::of,
                  clock);
          case Plan.Alertmanager it -> new AlertmanagerWay(posting, it.url(), this::address, clock);
        };
    Optional<Duration> heartbeat =
        plan.watchdog().filter(it -> it.notifiers().contains(name)).map(Plan.Watchdog::every);
    return new Sending(name, way, heartbeat, new Told(name), clock, nanos);
  }

  /** What had not been taken when we ended. */
  private void goOn() {
    if (senders.isEmpty()) {
      return;
    }
    for (OnCallTable.Waiting one : table.waiting()) {
      Sending sender = senders.get(one.notifier());
      Optional<Delivery> delivery = delivery(one);
      if (sender == null || delivery.isEmpty()) {
        String why = sender == null ? "no such notifier any more" : "unreadable";
        LOG.warn("delivery {} to {} is given up: {}", one.id(), one.notifier(), why);
        ended.add(new OnCallTable.Ended(one.id(), clock.instant(), why, 0));
      } else {
        sender.put(delivery.get(), true);
      }
    }
  }

  private static Optional<Delivery> delivery(OnCallTable.Waiting one) {
    try {
      return Optional.of(Delivery.read(one.body()));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Under which address people reach us. */
  URI address() {
    return address;
  }

  /** Links to pages. */
  PageLinks links() {
    return links;
  }

  // --- each second

  /**
   * Takes in a look. Looks at one load balancer come in order, from one thread.
   *
   * @param incident that is open
   * @return what is to stand in its timeline: alerted, escalated, acknowledged since the last call
   *     for this load balancer
   */
  List<Happening> look(Alerts.Look look, Diagnosis diagnosis, Optional<Incident> incident) {
    lock.lock();
    try {
      long before = escalation.version();
      List<Notice> notices = alerts.next(look);
      List<Alert> mine =
          alerts.all().stream().filter(one -> one.balancer().equals(look.balancer())).toList();
      spread(
          escalation.next(
              new Escalation.Heard(
                  look.balancer(),
                  look.at(),
                  notices,
                  look.events(),
                  mine,
                  diagnosis.published(),
                  incident.filter(one -> one.state() == Incident.State.OPEN).map(Incident::id),
                  look.expectations())));
      looked.put(look.balancer(), nanos.getAsLong());
      String print = print(mine);
      boolean news =
          !print.equals(prints.put(look.balancer(), print))
              || !look.events().isEmpty()
              || before != escalation.version();
      boolean old =
          mine.stream().anyMatch(Alert::open)
              && version == writtenVersion
              && nanos.getAsLong() - writtenAt >= REFRESHED.toNanos();
      if (news || old) {
        change();
      }
      return Optional.ofNullable(happened.remove(look.balancer())).orElse(List.of());
    } finally {
      lock.unlock();
    }
  }

  /** What of alerts is worth a write at once; that they are seen again is not. */
  private static String print(List<Alert> mine) {
    return mine.stream()
        .map(one ->
            String.join(
                " ",
                one.id(),
                one.level().name(),
                one.closed().toString(),
                Integer.toString(one.openings()),
                one.telling().toString(),
                one.change().isPresent() ? "changed" : ""))
        .collect(Collectors.joining("\n"));
  }

  /** Nobody looks at a load balancer any more. */
  void released(String balancer) {
    lock.lock();
    try {
      looked.remove(balancer);
      prints.remove(balancer);
      escalation.released(balancer, clock.instant());
      change();
    } finally {
      lock.unlock();
    }
  }

  private void second() {
    lock.lock();
    try {
      long before = escalation.version();
      spread(escalation.passed(clock.instant()));
      if (before != escalation.version()) {
        change();
      }
    } catch (RuntimeException e) {
      LOG.error("escalation failed", e);
    } finally {
      lock.unlock();
    }
  }

  private void forget() {
    try {
      int some = table.forget(clock.instant().minus(DELIVERIES_KEPT));
      LOG.debug("{} deliveries are older than {}", some, DELIVERIES_KEPT);
    } catch (RuntimeException e) {
      LOG.warn("old deliveries are not deleted: {}", e.getMessage());
    }
  }

  private void spread(Escalation.Said said) {
    for (Delivery delivery : said.deliveries()) {
      Sending sender = senders.get(delivery.notifier());
      if (sender != null) {
        unwritten.add(delivery);
        sender.put(delivery, false);
      }
    }
    said.happenings().forEach((balancer, all) -> all.forEach(one -> happened(balancer, one)));
  }

  private void happened(String balancer, Happening one) {
    List<Happening> all = happened.computeIfAbsent(balancer, it -> new ArrayList<>());
    if (all.size() < MOST_HAPPENINGS) {
      all.add(one);
    }
  }

  /** There is something to be written. */
  private void change() {
    version++;
    changed.signalAll();
  }

  // --- what people do

  /** All of it. */
  View view() {
    List<Sending.Status> told = senders.values().stream().map(Sending::status).toList();
    lock.lock();
    try {
      return new View(
          alerts.all(),
          escalation.pages(),
          alerts.state().silences(),
          told,
          setup.observeOnly(),
          !down);
    } finally {
      lock.unlock();
    }
  }

  /** How it goes with each notifier, by name. */
  Map<String, Sending.Tally> tallies() {
    Map<String, Sending.Tally> all = new TreeMap<>();
    senders.forEach((name, sender) -> all.put(name, sender.tally()));
    return all;
  }

  /** The page with this id. */
  Optional<Page> page(String id) {
    lock.lock();
    try {
      return escalation.page(id);
    } finally {
      lock.unlock();
    }
  }

  /** Pages that are meant by the id of a page, of an alert or of an incident. */
  List<Page> meant(String id) {
    lock.lock();
    try {
      return escalation.meant(id);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Somebody takes care of a page; nothing if somebody does already.
   *
   * @param by as people are shown it
   * @param actor as the journal names it
   * @return whether it is written
   */
  boolean acknowledge(Page page, String by, String actor, Map<String, String> details) {
    long now;
    Instant at = clock.instant();
    lock.lock();
    try {
      if (escalation.page(page.id()).flatMap(Page::acknowledged).isPresent()) {
        return true;
      }
      spread(escalation.acknowledge(page.id(), by, at));
      change();
      now = version;
    } finally {
      lock.unlock();
    }
    Map<String, String> all = new LinkedHashMap<>();
    all.put("page", page.id());
    all.put("chain", WebhookWay.shown(page.chain()));
    all.putAll(details);
    note(new JournalEntry(at, actor, "page.acknowledged", "lb " + page.balancer(), all));
    return settled(now);
  }

  /**
   * Silences.
   *
   * @return whether it is written
   */
  boolean silence(Silence silence) {
    long now;
    lock.lock();
    try {
      alerts.silence(silence);
      change();
      now = version;
    } finally {
      lock.unlock();
    }
    Map<String, String> details = new LinkedHashMap<>();
    details.put("silence", silence.id());
    details.put("detection", silence.detection());
    details.put("subject", silence.subject());
    details.put("from", silence.from().toString());
    details.put("until", silence.until().toString());
    details.put("why", silence.why());
    note(
        new JournalEntry(
            clock.instant(), silence.by(), "silence.added", "lb " + silence.balancer(), details));
    return settled(now);
  }

  /**
   * Ends a silence.
   *
   * @return whether it is written
   */
  boolean endSilence(Silence silence, String by) {
    long now;
    lock.lock();
    try {
      alerts.endSilence(silence.id());
      change();
      now = version;
    } finally {
      lock.unlock();
    }
    note(
        new JournalEntry(
            clock.instant(),
            by,
            "silence.ended",
            "lb " + silence.balancer(),
            Map.of("silence", silence.id())));
    return settled(now);
  }

  /** Into the journal, at once or when it can be written again. */
  private void note(JournalEntry entry) {
    try {
      var unused = journal.append(entry);
    } catch (JournalUnavailable e) {
      LOG.warn("journal entry {} waits: {}", entry.kind(), e.getMessage());
      lock.lock();
      try {
        if (late.size() < MOST_LATE) {
          late.add(entry);
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean settled(long wanted) {
    long left = SETTLING.toNanos();
    lock.lock();
    try {
      while (writtenVersion < wanted && left > 0 && !closing) {
        left = written.awaitNanos(left);
      }
      return writtenVersion >= wanted;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  // --- what notifiers say

  private final class Told implements Sending.Report {
    private final String name;

    Told(String name) {
      this.name = name;
    }

    @Override
    public Optional<Delivery> asOfNow(Delivery delivery) {
      lock.lock();
      try {
        boolean cared =
            delivery.page().flatMap(escalation::page).filter(page -> !page.waiting()).isPresent();
        if (cared && delivery.kind() == Delivery.Kind.ESCALATED) {
          return Optional.empty();
        }
        return Optional.of(cared ? delivery.quietly() : delivery);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void dropped(Delivery delivery) {
      end(delivery, "not needed any more", 0);
    }

    @Override
    public void took(Delivery delivery, int tries) {
      end(delivery, "taken", tries);
      if (delivery.wake()) {
        say(delivery, What.ALERTED, delivery.kind().word() + ": it took the page");
      }
    }

    @Override
    public void waits(Delivery delivery, String why) {
      LOG.warn("{} does not take {}: {}; it is tried again", name, delivery.id(), why);
      if (delivery.wake()) {
        say(delivery, What.NOTE, "does not take the page yet: " + why);
      }
    }

    @Override
    public void gaveUp(Delivery delivery, int tries, String why) {
      LOG.error("{} did not take {} for a day: {}; given up", name, delivery.id(), why);
      end(delivery, "given up", tries);
      Map<String, String> details = new LinkedHashMap<>();
      details.put("delivery", delivery.id());
      details.put("notifier", name);
      details.put("tries", Integer.toString(tries));
      details.put("why", why);
      note(
          new JournalEntry(
              clock.instant(),
              "checkrail",
              "page.undelivered",
              "lb " + delivery.alert().balancer(),
              details));
    }

    private void say(Delivery delivery, What what, String text) {
      lock.lock();
      try {
        happened(
            delivery.alert().balancer(),
            new Happening(
                clock.instant(),
                what,
                name,
                text + " (" + delivery.alert().detection().id() + ")"));
      } finally {
        lock.unlock();
      }
    }

    private void end(Delivery delivery, String outcome, int tries) {
      lock.lock();
      try {
        ended.add(new OnCallTable.Ended(delivery.id(), clock.instant(), outcome, tries));
        if (unwritten.size() > MOST_LATE) {
          // The database is down for long: what was told already is not written any more.
          Set<String> over =
              ended.stream().map(OnCallTable.Ended::id).collect(Collectors.toUnmodifiableSet());
          Set<String> gone =
              unwritten.stream()
                  .map(Delivery::id)
                  .filter(over::contains)
                  .collect(Collectors.toUnmodifiableSet());
          unwritten.removeIf(one -> gone.contains(one.id()));
          ended.removeIf(one -> gone.contains(one.id()));
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public List<Way.Open> open() {
      lock.lock();
      try {
        return escalation.open(name).stream()
            .map(alert -> new Way.Open(alert, escalation.causeOf(alert)))
            .toList();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean alive() {
      long now = nanos.getAsLong();
      lock.lock();
      try {
        return looked.values().stream().allMatch(at -> now - at < BLIND.toNanos());
      } finally {
        lock.unlock();
      }
    }
  }

  // --- the database

  /** What is to be written in one go. */
  private record Batch(
      long version,
      Optional<States> states,
      List<Delivery> made,
      List<OnCallTable.Ended> ended,
      List<JournalEntry> late) {
    Batch {
      made = List.copyOf(made);
      ended = List.copyOf(ended);
      late = List.copyOf(late);
    }
  }

  private record States(Alerts.State alerts, Escalation.State escalation) {}

  private void write() {
    int pause = 0;
    try {
      while (true) {
        Optional<Batch> batch = batch(pause);
        if (batch.isEmpty()) {
          return;
        }
        try {
          write(batch.get());
          done(batch.get());
          pause = 0;
        } catch (RuntimeException e) {
          if (isClosing()) {
            LOG.warn("what happened last is not written: {}", e.getMessage());
            return;
          }
          pause = Math.clamp(pause * 2L, 1, LONGEST_PAUSE);
          trouble(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the end did not wait for us
    }
  }

  private Optional<Batch> batch(int pause) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(pause);
      while (left > 0 && !closing) {
        left = changed.awaitNanos(left);
      }
      while (version == writtenVersion
          && unwritten.isEmpty()
          && ended.isEmpty()
          && late.isEmpty()) {
        if (closing) {
          return Optional.empty();
        }
        changed.await();
      }
      Optional<States> states =
          version == writtenVersion
              ? Optional.empty()
              : Optional.of(new States(alerts.state(), escalation.state()));
      return Optional.of(new Batch(version, states, unwritten, ended, late));
    } finally {
      lock.unlock();
    }
  }

  private void write(Batch batch) {
    table.write(
        clock.instant(),
        new OnCallTable.Change(
            batch
                .states()
                .map(it -> new OnCallTable.State(it.alerts().write(), it.escalation().write())),
            batch.made().stream()
                .map(
                    one -> new OnCallTable.Waiting(one.id(), one.notifier(), one.at(), one.write()))
                .toList(),
            batch.ended()));
    for (JournalEntry entry : batch.late()) {
      var unused = journal.append(entry);
      lock.lock();
      try {
        late.remove(entry);
      } finally {
        lock.unlock();
      }
    }
  }

  private void done(Batch batch) {
    Set<String> made =
        batch.made().stream().map(Delivery::id).collect(Collectors.toUnmodifiableSet());
    lock.lock();
    try {
      if (down) {
        LOG.info("what happened while the database was down is written");
      }
      down = false;
      writtenVersion = Math.max(writtenVersion, batch.version());
      writtenAt = nanos.getAsLong();
      unwritten.removeIf(one -> made.contains(one.id()));
      ended.removeAll(batch.ended());
      written.signalAll();
    } finally {
      lock.unlock();
    }
    if (!made.isEmpty()) {
      senders.values().forEach(sender -> sender.stored(made));
    }
  }

  private void trouble(RuntimeException e) {
    lock.lock();
    try {
      if (!down) {
        if (Database.isOutage(e)) {
          LOG.warn("the database is down: people are told from memory");
        } else {
          LOG.error("what is remembered of alerts can't be written", e);
        }
      }
      down = true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosing() {
    lock.lock();
    try {
      return closing;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is left, if the database takes it, and ends. */
  @Override
  public void close() {
    timer.shutdown();
    senders.values().forEach(Sending::close);
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
      written.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!writer.join(ENDING)) {
        writer.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    posting.close();
  }
}
