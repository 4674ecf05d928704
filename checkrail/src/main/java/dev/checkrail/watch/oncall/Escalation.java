package dev.checkrail.watch.oncall;

import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Expectations;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.detect.Notice;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident.What;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes deliveries of notices, causes and the passing of time.
 *
 * <ul>
 *   <li><b>Pages:</b> a notice that wakes somebody up opens a page for the chain of the alert's
 *       owner. What else opens at the same load balancer for the same chain joins it: people are
 *       woken up once, also if the chain serves several owners. Each thing that somebody did (a
 *       broken glass) has a page of its own: who has looked at that has seen no outage.
 *   <li><b>Steps:</b> the first step at once, the next one when nobody acknowledged in time, the
 *       last one again and again. An acknowledgement ends that for this page, the end of all its
 *       alerts does, and as long as all of them are silenced it rests.
 *   <li><b>Causes:</b> when a cause is published, the chain of the suspect's owner gets a page of
 *       its own with the evidence, and everybody who was told before is told of it without being
 *       woken up. If that chain has a page already, it is only told. The same cause is told once as
 *       long as pages are open.
 *   <li><b>Again:</b> users who fail again after their page was over wake its first step once more,
 *       and so does what was away and comes with other rules of the load balancer, once somebody
 *       had acknowledged: that was said of another outage. Who was woken up within the last minute
 *       is awake, and a page that nobody acknowledged is repeated anyway.
 *   <li><b>Tickets</b> are told once. <b>The end</b> of an alert is told to those who were told of
 *       it.
 *   <li><b>Nobody:</b> pages that nobody was told of, because there was no plan, are told as soon
 *       as there is one.
 * </ul>
 *
 * <p>Confined. {@link #state} is all that it remembers. Kept together with that of {@code Alerts}
 * and with the deliveries of the same look, nothing is told a second time after a crash, and
 * nothing is forgotten.
 */
public final class Escalation {
  private static final Duration AGAIN = Duration.ofMinutes(2);
  private static final Duration AWAKE = Duration.ofMinutes(1);

  /** Seconds in which an alert was not seen; less is noise of the same outage. */
  private static final double AWAY = 5;

  private static final Duration REMEMBERED = Duration.ofDays(1);
  private static final int MOST = 500;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Plan plan;
  private final boolean observeOnly;
  private final Map<String, Course> pages = new LinkedHashMap<>();
  private final Map<String, Ticket> tickets = new LinkedHashMap<>();
  private final Map<String, Told> causes = new TreeMap<>();

  /** When the rules of a load balancer were changed last, by whomever; not kept. */
  private final Map<String, Instant> rules = new TreeMap<>();

  private long number;
  private long version;

  /**
   * What was told without waking anybody up.
   *
   * @param told notifiers that were told
   */
  public record Ticket(Alert alert, Set<String> told) {
    public Ticket {
      told = Collections.unmodifiableSet(new TreeSet<>(told));
    }
  }

  /**
   * A cause that was published at a load balancer.
   *
   * @param owner of the suspect
   * @param done whether people were told of it
   * @param current whether it is published now: after a restart it takes seconds until it is again
   */
  public record Told(Evidence evidence, String owner, boolean done, boolean current) {
    Told published(boolean now) {
      return new Told(evidence, owner, done, now);
    }
  }

  /**
   * All that is remembered.
   *
   * @param pages in the order in which they opened
   * @param causes by load balancer
   * @param number of deliveries and pages so far: no id is given twice
   * @param observed whether nobody was really told, because it was only to be observed
   */
  public record State(
      List<Page> pages,
      List<Ticket> tickets,
      Map<String, Told> causes,
      long number,
      boolean observed) {
    /** Nothing. */
    public static final State EMPTY = new State(List.of(), List.of(), Map.of(), 0, false);

    public State {
      pages = List.copyOf(pages);
      tickets = List.copyOf(tickets);
      causes = Collections.unmodifiableMap(new TreeMap<>(causes));
    }

    /** As JSON on one line. */
    public String write() {
      return JSON.writeValueAsString(this);
    }

    /**
     * Reads what was written.
     *
     * @throws tools.jackson.core.JacksonException if it was not
     */
    public static State read(String json) {
      return JSON.readValue(json, State.class);
    }
  }

  /**
   * What there is of one load balancer after a look.
   *
   * @param notices of this look
   * @param events what was done to it since the look before
   * @param alerts all that are remembered of it
   * @param incident id of the one that is open
   */
  public record Heard(
      String balancer,
      Instant at,
      List<Notice> notices,
      List<Moment.Event> events,
      List<Alert> alerts,
      Optional<Diagnosis.Published> published,
      Optional<String> incident,
      Expectations expectations) {
    public Heard {
      notices = List.copyOf(notices);
      events = List.copyOf(events);
      alerts = List.copyOf(alerts);
    }
  }

  /**
   * What is to be done.
   *
   * @param happenings by load balancer
   */
  public record Said(List<Delivery> deliveries, Map<String, List<Happening>> happenings) {
    public Said {
      deliveries = List.copyOf(deliveries);
      happenings = Collections.unmodifiableMap(new TreeMap<>(happenings));
    }
  }

  /** What is being said. */
  private static final class Saying {
    final List<Delivery> deliveries = new ArrayList<>();
    final Map<String, List<Happening>> happenings = new TreeMap<>();

    void happened(String balancer, Happening one) {
      happenings.computeIfAbsent(balancer, it -> new ArrayList<>()).add(one);
    }

    Said said() {
      return new Said(deliveries, happenings);
    }
  }

  /**
   * Goes on from what was kept.
   *
   * @param observeOnly deliveries are made, and will not be sent: who ends that is told all of it
   */
  public Escalation(Plan plan, State state, boolean observeOnly) {
    this.plan = plan;
    this.observeOnly = observeOnly;
    this.number = state.number();
    this.causes.putAll(state.causes());
    boolean anew = state.observed() && !observeOnly;
    for (Page page : state.pages()) {
      Course course = new Course(page);
      if (anew) {
        course.step = -1;
        course.told.clear();
      }
      if (course.step < 0) {
        course.chain = plan.chainOf(course.owner); // the plan may be another one than then
      }
      pages.put(course.id, course);
    }
    for (Ticket ticket : state.tickets()) {
      tickets.put(ticket.alert().id(), anew ? new Ticket(ticket.alert(), Set.of()) : ticket);
    }
  }

  /** What is to be kept. */
  public State state() {
    return new State(pages(), List.copyOf(tickets.values()), causes, number, observeOnly);
  }

  /** Changes when there is something new to be kept. */
  public long version() {
    return version;
  }

  /** All pages that are remembered, the last ones last. */
  public List<Page> pages() {
    return pages.values().stream().map(Course::page).toList();
  }

  /** The page with this id. */
  public Optional<Page> page(String id) {
    return Optional.ofNullable(pages.get(id)).map(Course::page);
  }

  /** Alerts that a notifier was told of and that are not over. */
  public List<Alert> open(String notifier) {
    Map<String, Alert> open = new LinkedHashMap<>();
    for (Course page : pages.values()) {
      if (page.told.contains(notifier)) {
        page.alerts.values().stream().filter(Alert::open).forEach(one -> open.put(one.id(), one));
      }
    }
    tickets.values().stream()
        .filter(one -> one.alert().open() && one.told().contains(notifier))
        .forEach(one -> open.putIfAbsent(one.alert().id(), one.alert()));
    return List.copyOf(open.values());
  }

  /** The cause that is published at a load balancer. */
  public Optional<Evidence> cause(String balancer) {
    return Optional.ofNullable(causes.get(balancer)).filter(Told::current).map(Told::evidence);
  }

  /** The cause that is published, if it may be that of this alert. */
  public Optional<Evidence> causeOf(Alert alert) {
    return cause(alert.balancer()).filter(it -> it.mayExplain(alert));
  }

  // --- what comes in

  /** Takes in a look. Looks at one load balancer come in order. */
  public Said next(Heard heard) {
    Saying saying = new Saying();
    for (Moment.Event event : heard.events()) {
      if (event.what() == Moment.Event.What.APPLY_BEGAN
          || event.what() == Moment.Event.What.RELOADED_BY_OTHERS) {
        rules.merge(heard.balancer(), event.at(), (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    Set<String> back = refresh(heard);
    for (Notice notice : heard.notices()) {
      back.remove(notice.alert().id());
      take(heard, notice, saying);
    }
    heard.alerts().stream()
        .filter(alert -> back.contains(alert.id()))
        .forEach(alert -> cameBack(heard, alert, saying));
    belong(heard);
    blame(heard, saying);
    return saying.said();
  }

  /** Takes in that time has passed: to be called each second or so. */
  public Said passed(Instant now) {
    Saying saying = new Saying();
    for (Course page : List.copyOf(pages.values())) {
      if (page.open() && page.acknowledged.isEmpty() && !page.silenced()) {
        List<Plan.Step> steps = plan.steps(page.chain);
        if (page.since.isAfter(now)) {
          page.since = now;
          version++;
        }
        if (page.step < 0) {
          if (!steps.isEmpty()) {
            step(page, 0, now, Delivery.Kind.OPENED, saying);
          }
        } else if (!steps.isEmpty()) {
          int last = steps.size() - 1;
          int taken = Math.min(page.step, last);
          if (!now.isBefore(page.since.plus(steps.get(taken).lasting()))) {
            step(page, Math.min(taken + 1, last), now, Delivery.Kind.ESCALATED, saying);
          }
        }
      }
    }
    for (Ticket ticket : List.copyOf(tickets.values())) {
      if (ticket.told().isEmpty() && ticket.alert().open() && !plan.tickets().isEmpty()) {
        ticket(ticket.alert(), Delivery.Kind.OPENED, now, saying);
      }
    }
    forget(now);
    return saying.said();
  }

  /**
   * Somebody takes care: of a page, of all pages of an alert, or of all pages of an incident.
   *
   * @param id of one of them
   * @return the pages that are meant, as they are now; none if there is nothing with this id
   */
  public List<Page> meant(String id) {
    return pages.values().stream()
        .filter(page ->
            page.id.equals(id)
                || page.alerts.containsKey(id)
                || page.incident.equals(Optional.of(id)))
        .map(Course::page)
        .toList();
  }

  /** Somebody takes care of a page; whoever did so first stays written down. */
  public Said acknowledge(String page, String by, Instant at) {
    Saying saying = new Saying();
    Course course = pages.get(page);
    if (course != null && course.acknowledged.isEmpty()) {
      course.acknowledged = Optional.of(new Page.Acknowledged(by, at));
      version++;
      saying.happened(
          course.balancer,
          new Happening(
              at,
              What.ACKNOWLEDGED,
              by,
              "page for " + called(course) + ": " + title(course.main())));
    }
    return saying.said();
  }

  /** Nothing is known of a load balancer any more: nobody looks at it. */
  public void released(String balancer, Instant at) {
    for (Course page : pages.values()) {
      if (page.balancer.equals(balancer) && page.open()) {
        page.resolved = Optional.of(at);
        version++;
      }
    }
    if (tickets.values().removeIf(one -> one.alert().balancer().equals(balancer))) {
      version++;
    }
  }

  // --- steps

  /** Puts in how alerts are now; which of them are back without a notice. */
  private Set<String> refresh(Heard heard) {
    Map<String, Alert> now = new LinkedHashMap<>();
    heard.alerts().forEach(one -> now.put(one.id(), one));
    Set<String> back = new LinkedHashSet<>();
    for (Course page : pages.values()) {
      if (!page.balancer.equals(heard.balancer())) {
        continue;
      }
      for (Map.Entry<String, Alert> entry : page.alerts.entrySet()) {
        Alert current = now.get(entry.getKey());
        if (current != null) {
          Alert before = entry.getValue();
          if (current.open()
              && current.told().isPresent()
              && (!before.open()
                  || withOtherRules(before, current) && another(page, current, heard.at()))) {
            back.add(current.id());
          }
          entry.setValue(current);
        }
      }
      boolean over =
          page.alerts.values().stream().noneMatch(one -> one.open() && now.containsKey(one.id()));
      if (page.open() && over) {
        page.resolved = Optional.of(heard.at());
        version++;
      }
    }
    for (Map.Entry<String, Ticket> entry : tickets.entrySet()) {
      Ticket ticket = entry.getValue();
      Alert current = now.get(entry.getKey());
      if (current != null) {
        if (current.open() && !ticket.alert().open() && current.told().isPresent()) {
          back.add(current.id());
        }
        entry.setValue(new Ticket(current, ticket.told()));
      }
    }
    return back;
  }

  /** It was away, and is there again with other rules of the load balancer. */
  private boolean withOtherRules(Alert before, Alert now) {
    return before.absent() >= AWAY
        && now.absent() == 0
        && rules.getOrDefault(now.balancer(), Instant.MIN).isAfter(before.seen());
  }

  private void take(Heard heard, Notice notice, Saying saying) {
    Alert alert = notice.alert();
    switch (notice.kind()) {
      case OPENED, JOINED, RAISED, REOPENED -> {
        Delivery.Kind kind =
            switch (notice.kind()) {
              case OPENED -> Delivery.Kind.OPENED;
              case JOINED -> Delivery.Kind.JOINED;
              case RAISED -> Delivery.Kind.RAISED;
              case REOPENED -> Delivery.Kind.REOPENED;
              case RESOLVED -> Delivery.Kind.RESOLVED;
            };
        if (alert.level() == Level.TICKET) {
          ticket(alert, kind, heard.at(), saying);
          told(heard, alert, "ticket for " + named(alert.owner()), saying);
        } else {
          page(heard, alert, kind, saying);
        }
      }
      case RESOLVED -> over(heard, alert, saying);
    }
  }

  private void page(Heard heard, Alert alert, Delivery.Kind kind, Saying saying) {
    String chain = plan.chainOf(alert.owner());
    Optional<Course> there =
        pages.values().stream()
            .filter(one -> one.balancer.equals(heard.balancer()) && one.chain.equals(chain))
            .filter(one ->
                alert.detection().deed()
                    ? one.alerts.containsKey(alert.id())
                    : !one.main().detection().deed())
            .filter(one -> one.resolved.map(at -> at.plus(AGAIN).isAfter(heard.at())).orElse(true))
            .reduce((first, second) -> second);
    if (there.isPresent()) {
      Course page = there.get();
      page.alerts.put(alert.id(), alert);
      version++;
      if (another(page, alert, heard.at())) {
        told(heard, alert, "page for " + called(page) + ", again", saying);
        wake(page, heard.at(), alert, saying);
        return;
      }
      again(page);
      Delivery.Kind joined = kind == Delivery.Kind.OPENED ? Delivery.Kind.JOINED : kind;
      say(page, page.told, joined, false, heard.at(), alert, saying);
      told(heard, alert, "joins the page for " + called(page), saying);
      return;
    }
    Course page = open(heard, chain, alert.owner(), Map.of(alert.id(), alert));
    told(heard, alert, "page for " + called(page), saying);
    begin(page, heard.at(), kind, saying);
  }

  private Course open(Heard heard, String chain, String owner, Map<String, Alert> about) {
    Course page =
        Course.begin(
            Page.main(about.values()).id() + "-p" + ++number,
            heard.balancer(),
            chain,
            owner,
            heard.at(),
            about);
    page.incident = heard.incident();
    page.cause = cause(heard.balancer()).filter(it -> mayExplain(it, page));
    pages.put(page.id, page);
    version++;
    return page;
  }

  private void begin(Course page, Instant at, Delivery.Kind kind, Saying saying) {
    if (!plan.steps(page.chain).isEmpty()) {
      step(page, 0, at, kind, saying);
    }
  }

  private void step(Course page, int step, Instant at, Delivery.Kind kind, Saying saying) {
    boolean again = kind == Delivery.Kind.ESCALATED;
    page.step = step;
    page.since = at;
    version++;
    List<String> whom = plan.steps(page.chain).get(step).notifiers();
    if (again) {
      saying.happened(
          page.balancer,
          new Happening(
              at,
              What.ESCALATED,
              called(page),
              "not acknowledged: step %d, %s: %s"
                  .formatted(step + 1, String.join(", ", whom), title(page.main()))));
    }
    say(page, whom, kind, true, at, page.main(), saying);
  }

  private void say(
      Course page,
      Collection<String> whom,
      Delivery.Kind kind,
      boolean wake,
      Instant at,
      Alert alert,
      Saying saying) {
    for (String notifier : new LinkedHashSet<>(whom)) {
      page.sent++;
      page.told.add(notifier);
      version++;
      saying.deliveries.add(
          new Delivery(
              page.id + "." + ++number,
              notifier,
              kind,
              wake,
              at,
              Optional.of(page.id),
              page.chain,
              alert,
              page.incident,
              page.cause));
    }
  }

  private void ticket(Alert alert, Delivery.Kind kind, Instant at, Saying saying) {
    Ticket before = tickets.get(alert.id());
    Set<String> told = new TreeSet<>(before == null ? Set.<String>of() : before.told());
    told.addAll(plan.tickets());
    tickets.put(alert.id(), new Ticket(alert, told));
    version++;
    for (String notifier : new LinkedHashSet<>(plan.tickets())) {
      saying.deliveries.add(ofTicket(alert, notifier, kind, at));
    }
  }

  private Delivery ofTicket(Alert alert, String notifier, Delivery.Kind kind, Instant at) {
    return new Delivery(
        alert.id() + ".t" + ++number,
        notifier,
        kind,
        false,
        at,
        Optional.empty(),
        "",
        alert,
        Optional.empty(),
        causeOf(alert));
  }

  private void over(Heard heard, Alert alert, Saying saying) {
    Set<String> said = new HashSet<>();
    for (Course page : pages.values()) {
      if (page.alerts.containsKey(alert.id())) {
        page.alerts.put(alert.id(), alert);
        List<String> whom = page.told.stream().filter(said::add).toList();
        say(page, whom, Delivery.Kind.RESOLVED, false, heard.at(), alert, saying);
      }
    }
    Ticket ticket = tickets.get(alert.id());
    if (ticket != null) {
      tickets.put(alert.id(), new Ticket(alert, ticket.told()));
      version++;
      for (String notifier : ticket.told()) {
        if (said.add(notifier)) {
          saying.deliveries.add(ofTicket(alert, notifier, Delivery.Kind.RESOLVED, heard.at()));
        }
      }
    }
    saying.happened(
        heard.balancer(),
        new Happening(heard.at(), What.NOTE, "checkrail", "alert is over: " + title(alert)));
  }

  /** It was away for less than two minutes. */
  private void cameBack(Heard heard, Alert alert, Saying saying) {
    Set<String> said = new HashSet<>();
    boolean woken = false;
    for (Course page : pages.values()) {
      if (!page.alerts.containsKey(alert.id())) {
        continue;
      }
      if (another(page, alert, heard.at())) {
        wake(page, heard.at(), alert, saying);
        said.addAll(page.told);
        woken = true;
        continue;
      }
      again(page);
      List<String> whom = page.told.stream().filter(said::add).toList();
      say(page, whom, Delivery.Kind.REOPENED, false, heard.at(), alert, saying);
    }
    Ticket ticket = tickets.get(alert.id());
    if (ticket != null) {
      for (String notifier : ticket.told()) {
        if (said.add(notifier)) {
          saying.deliveries.add(ofTicket(alert, notifier, Delivery.Kind.REOPENED, heard.at()));
        }
      }
    }
    version++;
    told(heard, alert, woken ? "page, again" : "is there again", saying);
  }

  /** Whether this is another outage than the one of which people know, or think that it is over. */
  private boolean another(Course page, Alert alert, Instant at) {
    if (alert.level() != Level.PAGE || alert.silencedBy().isPresent() || page.silenced()) {
      return false;
    }
    if (page.step >= 0 && page.since.plus(AWAKE).isAfter(at)) {
      return false;
    }
    return page.resolved.isPresent()
        || page.acknowledged.isPresent()
            && rules.getOrDefault(page.balancer, Instant.MIN).isAfter(page.since);
  }

  /** Who takes care has said so of what was before. */
  private void wake(Course page, Instant at, Alert alert, Saying saying) {
    page.acknowledged = Optional.empty();
    page.resolved = Optional.empty();
    page.since = at;
    version++;
    List<Plan.Step> steps = plan.steps(page.chain);
    Set<String> first = steps.isEmpty() ? Set.of() : Set.copyOf(steps.getFirst().notifiers());
    List<String> others = page.told.stream().filter(it -> !first.contains(it)).toList();
    begin(page, at, Delivery.Kind.REOPENED, saying);
    say(page, others, Delivery.Kind.REOPENED, false, at, alert, saying);
  }

  private void again(Course page) {
    if (page.resolved.isPresent()) {
      page.resolved = Optional.empty();
      version++;
    }
  }

  private void belong(Heard heard) {
    if (heard.incident().isPresent()) {
      for (Course page : pages.values()) {
        if (page.balancer.equals(heard.balancer()) && page.open() && page.incident.isEmpty()) {
          page.incident = heard.incident();
          version++;
        }
      }
    }
  }

  // --- causes

  private void blame(Heard heard, Saying saying) {
    String balancer = heard.balancer();
    Optional<Diagnosis.Published> published =
        heard.published().filter(one -> Suspect.has(one.first()));
    Told told = causes.get(balancer);
    if (published.isEmpty()) {
      boolean open =
          pages.values().stream().anyMatch(page -> page.balancer.equals(balancer) && page.open());
      if (told != null && !open) {
        causes.remove(balancer);
        version++;
      } else if (told != null && told.current()) {
        causes.put(balancer, told.published(false));
        version++;
      }
      return;
    }
    Evidence evidence = Evidence.of(published.get());
    if (told != null && told.evidence().name().equals(evidence.name())) {
      if (!told.current()) {
        told = told.published(true);
        causes.put(balancer, told);
        version++;
      }
    } else {
      String other =
          pages.values().stream()
              .filter(page -> page.balancer.equals(balancer) && page.open())
              .map(page -> page.owner)
              .findFirst()
              .orElseGet(() -> heard.expectations().owner("lb"));
      told =
          new Told(
              evidence,
              Suspect.owner(published.get().first(), heard.expectations(), other),
              false,
              true);
      causes.put(balancer, told);
      version++;
    }
    if (!told.done()) {
      tell(heard, told, saying);
    }
  }

  private void tell(Heard heard, Told told, Saying saying) {
    List<Course> open =
        pages.values().stream()
            .filter(page -> page.balancer.equals(heard.balancer()) && page.open())
            .filter(page -> mayExplain(told.evidence(), page))
            .toList();
    if (open.isEmpty()) {
      return; // A page may come later: then it is told.
    }
    causes.put(heard.balancer(), new Told(told.evidence(), told.owner(), true, true));
    version++;
    open.forEach(page -> page.cause = Optional.of(told.evidence()));
    String chain = plan.chainOf(told.owner());
    Set<String> said = new HashSet<>();
    if (told.evidence().urgent() && open.stream().noneMatch(page -> page.chain.equals(chain))) {
      Map<String, Alert> about = new LinkedHashMap<>();
      for (Course page : open) {
        page.alerts.values().stream().filter(Alert::open).forEach(one -> about.put(one.id(), one));
      }
      Course page = open(heard, chain, told.owner(), about);
      saying.happened(
          heard.balancer(),
          new Happening(
              heard.at(),
              What.ESCALATED,
              called(page),
              "owner of the suspect: " + told.evidence().name()));
      begin(page, heard.at(), Delivery.Kind.CAUSE, saying);
      said.addAll(page.told);
    }
    for (Course page : open) {
      List<String> whom = page.told.stream().filter(said::add).toList();
      say(page, whom, Delivery.Kind.CAUSE, false, heard.at(), page.main(), saying);
    }
  }

  private static boolean mayExplain(Evidence evidence, Course page) {
    return page.alerts.values().stream()
        .anyMatch(alert -> !alert.detection().deed() && evidence.mayExplain(alert));
  }

  // --- words

  private void told(Heard heard, Alert alert, String text, Saying saying) {
    boolean nobody =
        alert.level() == Level.PAGE ? plan.chains().isEmpty() : plan.tickets().isEmpty();
    saying.happened(
        heard.balancer(),
        new Happening(
            heard.at(),
            What.ALERTED,
            "checkrail",
            title(alert)
                + ": "
                + alert.what()
                + " ("
                + text
                + (nobody ? "; nobody is told: there is no plan" : "")
                + (observeOnly ? "; only observed: nobody is told" : "")
                + ")"));
  }

  private static String title(Alert alert) {
    return alert.detection().id() + " at " + alert.subject();
  }

  private static String called(Course page) {
    return named(page.owner);
  }

  private static String named(String owner) {
    return owner.isEmpty() ? "nobody's owner" : owner;
  }

  private void forget(Instant now) {
    boolean some =
        pages
            .values()
            .removeIf(
                page -> page.resolved.map(at -> at.plus(REMEMBERED).isBefore(now)).orElse(false));
    List<String> over =
        pages.values().stream().filter(page -> !page.open()).map(page -> page.id).toList();
    for (int i = 0; i < over.size() && pages.size() > MOST; i++) {
      pages.remove(over.get(i));
      some = true;
    }
    some |=
        tickets
            .values()
            .removeIf(one ->
                one.alert()
                    .closed()
                    .map(at -> at.plus(Duration.ofMinutes(10)).isBefore(now))
                    .orElse(false));
    if (some) {
      version++;
    }
  }
}
