package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.review.Seal;
import dev.checkrail.serve.access.Access;
import dev.checkrail.serve.access.Refusals;
import dev.checkrail.store.AccountTable;
import dev.checkrail.store.AppendOnly;
import dev.checkrail.store.ChainedJournal;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.Database;
import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.store.EmbeddedPostgres;
import dev.checkrail.store.IncidentTable;
import dev.checkrail.store.LateJournal;
import dev.checkrail.store.LateRollups;
import dev.checkrail.store.MinuteTable;
import dev.checkrail.store.OnCallTable;
import dev.checkrail.store.SecretFile;
import dev.checkrail.store.ServiceRole;
import dev.checkrail.store.SigningKey;
import dev.checkrail.store.backup.Backup;
import dev.checkrail.store.backup.Restore;
import io.helidon.common.tls.Tls;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wiring of the control plane: database, journal, accounts, load balancers, HTTP. Started in
 * this order, stopped in the reverse one. One per data folder.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final int CONNECTIONS = 10;
  private static final int REMEMBERED = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final InstantSource clock;
  private final Access access;
  private final IncidentBook book;
  private final ChainedJournal journal;
  private final AppendOnly appendOnly;
  private final OnCall onCall;
  private final Watching watching;
  private final Retention retention;
  private final Listening listening;
  private final String scheme;
  private final String host;
  private final Set<String> operations;
  private volatile boolean stopping;

  /**
   * What is to be started.
   *
   * @param data everything that is kept lies here
   * @param programs where PostgreSQL's programs are unpacked
   * @param database one's own; empty: an embedded one in {@code data}
   * @param databaseOwner who owns the tables there; empty: the role of {@code database}, or, if
   *     that may make roles, it owns them and the work is done as another one
   * @param port 0 for any
   * @param tls empty: plain HTTP
   * @param driftEvery how long to wait between two looks for drift
   * @param observeOnly nothing acts by itself and nobody is told; it is recorded what would have
   *     been
   * @param onCall the file that says whom to tell; empty: nobody
   * @param keep how long what is kept, as {@code --keep} says it; what it lacks is as usual
   * @param observe so long is each step of a rollout observed at least
   */
  public record Settings(
      Path data,
      Path programs,
      Optional<DatabaseAddress> database,
      Optional<DatabaseAddress> databaseOwner,
      String host,
      int port,
      Optional<Tls> tls,
      Duration driftEvery,
      boolean observeOnly,
      Optional<Path> onCall,
      Map<String, String> keep,
      Duration observe) {
    public Settings {
      keep = Map.copyOf(keep);
    }

    /** How often it is looked for drift if nobody says otherwise. */
    public static final Duration DRIFT_EVERY = Duration.ofSeconds(10);

    /** How long a step is observed at least if nobody says otherwise. */
    public static final Duration OBSERVE = Duration.ofSeconds(30);

    /** With the usual looks for drift. */
    public Settings(
        Path data,
        Path programs,
        Optional<DatabaseAddress> database,
        String host,
        int port,
        Optional<Tls> tls) {
      this(data, programs, database, Optional.empty(), host, port, tls, DRIFT_EVERY);
    }

    /** With all that acts by itself; nobody is told. */
    public Settings(
        Path data,
        Path programs,
        Optional<DatabaseAddress> database,
        Optional<DatabaseAddress> databaseOwner,
        String host,
        int port,
        Optional<Tls> tls,
        Duration driftEvery) {
      this(
          data,
          programs,
          database,
          databaseOwner,
          host,
          port,
          tls,
          driftEvery,
          false,
          Optional.empty());
    }

    /** With what is kept, and steps observed, for as long as usual. */
    public Settings(
        Path data,
        Path programs,
        Optional<DatabaseAddress> database,
        Optional<DatabaseAddress> databaseOwner,
        String host,
        int port,
        Optional<Tls> tls,
        Duration driftEvery,
        boolean observeOnly,
        Optional<Path> onCall) {
      this(
          data,
          programs,
          database,
          databaseOwner,
          host,
          port,
          tls,
          driftEvery,
          observeOnly,
          onCall,
          Map.of(),
          OBSERVE);
    }
  }

  /**
   * Starts all of it; what was interrupted by a crash is ended before the first request is taken.
   *
   * @param nanos elapsed time
   * @throws IOException with a sentence for people
   */
  public static ControlPlane start(Settings settings, InstantSource clock, LongSupplier nanos)
      throws IOException, SQLException, InterruptedException {
    return new ControlPlane(settings, clock, nanos);
  }

  private ControlPlane(Settings settings, InstantSource clock, LongSupplier nanos)
      throws IOException, SQLException, InterruptedException {
    this.clock = clock;
    this.host = settings.host();
    this.scheme = settings.tls().isPresent() ? "https" : "http";
    Listening.free(settings.host(), settings.port());
    Optional<String> unfinished = Restore.unfinished(settings.data());
    if (unfinished.isPresent()) {
      throw new IOException(unfinished.get());
    }
    try {
      Retention.Limits keep = Retention.Limits.of(settings.keep());
      OnCallFile onCallFile =
          settings.onCall().isPresent()
              ? OnCallFile.read(settings.onCall().get())
              : OnCallFile.NONE;
      Files.createDirectories(
          settings.data(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
      DatabaseAddress address = database(settings, nanos);
      PrometheusMeterRegistry metrics = metrics();
      opened.push(metrics::close);
      this.appendOnly = AppendOnly.of(address);
      if (!appendOnly.held()) {
        LOG.warn("{}; the chain would show it ('journal verify')", appendOnly.text());
      }
      Database database = Database.open(address, CONNECTIONS, PATIENCE, metrics);
      opened.push(database);
      this.journal = new ChainedJournal(database);
      this.access = new Access(new AccountTable(database), clock, nanos, new SecureRandom());
      Refusals refusals = new Refusals(new RedactedJournal(journal), clock, nanos);
      List<Endpoint> endpoints = new ArrayList<>();
      endpoints.addAll(new AccessApi(access).endpoints());
      LateJournal late = new LateJournal(journal, settings.data().resolve("journal-late.jsonl"));
      late.writeLate();
      opened.push(every(Duration.ofSeconds(2), "late entries", () -> writeLate(late)));
      HeardJournal heard = new HeardJournal(late);
      Journal writing = new RedactedJournal(heard);
      endpoints.addAll(new JournalApi(journal, writing, clock).endpoints());
      Registry registry = new Registry(settings.data().resolve("balancers"));
      Balancers balancers = new Balancers(registry, writing, clock, nanos);
      opened.push(balancers);
      balancers.recover();
      DriftRounds rounds =
          new DriftRounds(
              registry, balancers, new RedactedJournal(late), clock, nanos, settings.driftEvery());
      opened.push(rounds);
      LateRollups rollups =
          new LateRollups(new MinuteTable(database), clock, keep.series(), LateRollups.ROOM);
      opened.push(rollups);
      this.onCall =
          new OnCall(
              new OnCall.Setup(
                  onCallFile,
                  settings.observeOnly(),
                  SecretFile.in(settings.data().resolve("page-links.key"))),
              new OnCallTable(database),
              writing,
              clock,
              nanos);
      opened.push(onCall);
      IncidentTable incidents = new IncidentTable(database);
      this.book = new IncidentBook(incidents, nanos);
      opened.push(book);
      WaysBack waysBack = new WaysBack(balancers::wayBack, nanos);
      opened.push(waysBack);
      BrokenGlass glass = new BrokenGlass(onCall::address);
      Guards guards =
          new Guards(
              new Guards.Around(
                  registry,
                  balancers,
                  rounds::of,
                  rounds::lookSoon,
                  heard,
                  this::remembered,
                  onCall,
                  book,
                  waysBack,
                  glass,
                  settings.observeOnly(),
                  clock,
                  nanos));
      this.watching = new Watching(registry, rollups, Optional.of(guards), clock, nanos);
      opened.push(watching);
      watching.beginAll();
      Figures figures = new Figures(watching, rollups::tally, new OnCallFigures(onCall), clock);
      endpoints.addAll(new StateApi(database, () -> stopping, metrics, figures).endpoints());
      RolloutHold hold = new RolloutHold(journal);
      PolicyApproval policies = new PolicyApproval(balancers, clock);
      ChangeTable changeTable = new ChangeTable(database);
      Changes changes =
          new Changes(
              new Changes.Around(
                  registry,
                  balancers,
                  waysBack,
                  access,
                  book,
                  hold,
                  journal,
                  glass,
                  name -> watching.of(name).map(it -> it.sample().slots()).orElse(List.of())),
              changeTable,
              new Rollouts(
                  new Rollouts.Around(
                      registry,
                      balancers,
                      watching,
                      guards,
                      Rollouts.Pace.of(settings.observe()),
                      settings.observeOnly(),
                      clock,
                      nanos)),
              new PolicyChanges(balancers, policies, watching::policy),
              clock,
              nanos);
      opened.push(changes);
      Seal.Keys keys = SigningKey.in(settings.data().resolve("evidence.key"));
      endpoints.addAll(new BalancerApi(balancers, watching, rounds, hold, changes).endpoints());
      endpoints.addAll(new ChangeApi(changes, keys).endpoints());
      endpoints.addAll(new PolicyApi(policies, watching, changes).endpoints());
      endpoints.addAll(new OnCallApi(onCall, clock).endpoints());
      endpoints.addAll(new ProbesApi(watching).endpoints());
      endpoints.addAll(new IncidentApi(book, guards, writing, clock).endpoints());
      endpoints.addAll(new SeriesApi(watching, rollups, clock).endpoints());
      endpoints.addAll(new LiveApi(watching, registry, rounds::of, clock).endpoints());
      Semaphore housekeeping = new Semaphore(1);
      this.retention =
          new Retention(
              keep,
              new Retention.Around(
                  registry, balancers, incidents, book, changeTable, writing, housekeeping),
              clock);
      opened.push(retention);
      endpoints.addAll(
          new BackupApi(
                  new Backup.What(settings.data(), address, settings.onCall(), Optional.empty()),
                  housekeeping,
                  writing,
                  clock)
              .endpoints());
      this.operations =
          endpoints.stream()
              .map(it -> it.method() + " " + it.path())
              .collect(Collectors.toCollection(TreeSet::new));
      this.listening =
          new Listening(
              new Listening.Place(settings.host(), settings.port(), settings.tls()),
              endpoints,
              access,
              refusals,
              metrics);
      try {
        listening.start();
      } catch (IOException | RuntimeException e) {
        throw new IOException(
            "can't listen on " + settings.host() + ":" + settings.port() + ": " + cause(e), e);
      }
      opened.push(listening);
      onCall.begin(address());
      changes.begin();
      retention.begin();
      Gauge.builder("checkrail.stopping", () -> stopping ? 1 : 0)
          .description("1 while the control plane stops")
          .register(metrics);
      Map<String, String> started = new LinkedHashMap<>();
      started.put("address", address().toString());
      started.put("journal", appendOnly.text());
      started.put("evidence_key", Seal.fingerprint(keys.shown()));
      note("serve.started", started);
    } catch (BalancerException e) {
      close();
      throw new IOException(e.getMessage(), e);
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private List<JournalEntry> remembered(String balancer, Instant since) {
    List<JournalEntry.Stored> all = new ArrayList<>();
    for (ChainedJournal.Filter filter :
        List.of(
            new ChainedJournal.Filter(
                Optional.empty(), Optional.of("lb " + balancer), Optional.of(since)),
            new ChainedJournal.Filter(
                Optional.of("event"), Optional.empty(), Optional.of(since)))) {
      all.addAll(journal.last(REMEMBERED, filter));
    }
    return all.stream()
        .sorted(Comparator.comparing(JournalEntry.Stored::number))
        .map(JournalEntry.Stored::entry)
        .toList();
  }

  private static String cause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  private DatabaseAddress database(Settings settings, LongSupplier nanos)
      throws IOException, SQLException, InterruptedException {
    if (settings.database().isPresent()) {
      return ownDatabase(settings, settings.database().get());
    }
    EmbeddedPostgres server =
        EmbeddedPostgres.start(settings.data().resolve("postgres"), settings.programs(), nanos);
    opened.push(server);
    Database.migrate(server.asOwner());
    opened.push(watching(server));
    return server.asService();
  }

  /** The work is done as a role that does not own the tables, if that can be. */
  private static DatabaseAddress ownDatabase(Settings settings, DatabaseAddress given)
      throws IOException, SQLException {
    if (settings.databaseOwner().isPresent()) {
      Database.migrate(settings.databaseOwner().get());
      return given;
    }
    ServiceRole.Made made = ServiceRole.beside(given, settings.data().resolve("database"));
    Database.migrate(given);
    Optional<String> against =
        made.address().isEmpty()
            ? Optional.of(made.why())
            : ServiceRole.refused(made.address().get());
    against.ifPresent(why -> LOG.warn("the work is done as the owner of the tables: {}", why));
    return against.isEmpty() ? made.address().get() : given;
  }

  /** A database that died is started again; why it does not start is logged once. */
  private static AutoCloseable watching(EmbeddedPostgres server) {
    String[] said = {""}; // confined to the one thread that looks
    return every(
        Duration.ofSeconds(1),
        "database",
        () -> {
          if (server.isRunning()) {
            said[0] = "";
            return;
          }
          if (said[0].isEmpty()) {
            LOG.error("the embedded database is gone; starting it again");
          }
          try {
            server.ensureRunning();
          } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(said[0])) {
              said[0] = why;
              LOG.error("the embedded database does not start: {}; tried again each second", why);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static void writeLate(LateJournal late) {
    try {
      late.writeLate();
    } catch (RuntimeException e) {
      LOG.warn("late journal entries wait: {}", e.getMessage());
    }
  }

  private static AutoCloseable every(Duration pause, String name, Runnable work) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(name).factory());
    var unused =
        timer.scheduleWithFixedDelay(
            work, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    return () -> {
      timer.shutdown();
      if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    };
  }

  private static PrometheusMeterRegistry metrics() {
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    metrics.config().meterFilter(new PrometheusNames());
    PrometheusNames.processorTime(metrics);
    new JvmMemoryMetrics().bindTo(metrics);
    new JvmThreadMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    new UptimeMetrics().bindTo(metrics);
    try (JvmGcMetrics gc = new JvmGcMetrics()) {
      gc.bindTo(metrics);
    }
    return metrics;
  }

  /** Where it listens. */
  public java.net.URI address() {
    String shown = host.contains(":") ? "[" + host + "]" : host;
    return java.net.URI.create(scheme + "://" + shown + ":" + listening.port());
  }

  /** What is served, as {@code GET /path}. */
  Set<String> operations() {
    return Set.copyOf(operations);
  }

  /** A one-time code for the first administrator, as long as there is none. */
  public Optional<String> firstCode() {
    return access.firstCode();
  }

  /** Whether the database keeps us from changing the journal. */
  AppendOnly appendOnly() {
    return appendOnly;
  }

  /** What was recorded. */
  IncidentBook incidents() {
    return book;
  }

  /** What is watched. */
  Watching watching() {
    return watching;
  }

  /** What forgets what is old. */
  Retention retention() {
    return retention;
  }

  /** Whom to tell. */
  OnCall onCall() {
    return onCall;
  }

  private void note(String kind, Map<String, String> details) {
    journal.append(new JournalEntry(clock.instant(), "checkrail", kind, "control plane", details));
  }

  /** Takes no more requests, lets those that run end, stops the database in order. */
  @Override
  public synchronized void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    if (opened.peek() instanceof Listening) {
      stop(opened.pop());
      try {
        note("serve.stopped", Map.of());
      } catch (RuntimeException e) {
        LOG.warn("the end could not be written to the journal: {}", e.getMessage());
      }
    }
    while (!opened.isEmpty()) {
      stop(opened.pop());
    }
  }

  private static void stop(AutoCloseable part) {
    try {
      part.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("{} did not stop in order: {}", part.getClass().getSimpleName(), e.getMessage());
    }
  }
}
