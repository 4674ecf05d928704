package dev.checkrail.watch.detect;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes alerts of signs, for all load balancers: what is seen each second is told once.
 *
 * <ul>
 *   <li><b>Dedup:</b> load balancer, detection and subject are one alert.
 *   <li><b>Hysteresis:</b> it is over when it was looked for and not seen for {@value #PAGE_HOLD} s
 *       (a ticket {@value #TICKET_HOLD} s); seconds in which we were blind, and the first two
 *       minutes after a restart, in which detectors learn, don't count. What comes back within ten
 *       minutes is the same alert; it wakes nobody up if it was away for less than two.
 *   <li><b>Grouping:</b> what opens at a load balancer while something is open there belongs to it:
 *       its owner is woken up once. What opens after its rules changed is another matter than what
 *       was open before.
 *   <li><b>Inhibition:</b> what another alert explains is kept and not told ({@link Inhibition}).
 *   <li><b>Silences:</b> what is silenced is kept and not told; when the silence ends and it is
 *       still there, it is told.
 * </ul>
 *
 * <p>Confined. {@link #state} is all that it remembers: kept and given back after a crash, the same
 * signs are no second page. It is to be kept in one transaction with the notices of the same look,
 * before any of them is sent: then none is lost, and none is sent for the first time twice.
 */
public final class Alerts {
  static final int PAGE_HOLD = 30;
  static final int TICKET_HOLD = 60;
  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final Duration AWAY = Duration.ofMinutes(2);
  private static final Duration WARM_UP = Duration.ofMinutes(2);
  private static final Duration BEFORE = Duration.ofMinutes(15);
  private static final Duration AFTER = Duration.ofSeconds(5);
  private static final int EVENTS = 50;
  private static final int MOST = 2_000;
  private static final double LONGEST_LOOK = 2;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, Alert> alerts = new LinkedHashMap<>();
  private final Map<String, Silence> silences = new LinkedHashMap<>();
  private final Map<String, List<Moment.Event>> events = new TreeMap<>();
  private final Map<String, Instant> looked = new TreeMap<>();
  private final Map<String, Instant> warmUntil = new HashMap<>();
  private final boolean restored;

  /**
   * All that is remembered.
   *
   * @param alerts open ones and those that were over a moment ago
   * @param events what was done at each load balancer in the last minutes
   * @param looked when each was looked at last
   */
  public record State(
      List<Alert> alerts,
      List<Silence> silences,
      Map<String, List<Moment.Event>> events,
      Map<String, Instant> looked) {
    /** Nothing. */
    public static final State EMPTY = new State(List.of(), List.of(), Map.of(), Map.of());

    public State {
      alerts = List.copyOf(alerts);
      silences = List.copyOf(silences);
      events = Collections.unmodifiableMap(new TreeMap<>(events));
      looked = Collections.unmodifiableMap(new TreeMap<>(looked));
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
   * A look at a load balancer.
   *
   * @param signs what is seen
   * @param events what was done since the look before
   * @param observed whether all eyes were open: what is not seen by closed ones may still be there
   * @param expectations who owns what
   */
  public record Look(
      String balancer,
      Instant at,
      List<Sign> signs,
      List<Moment.Event> events,
      boolean observed,
      Expectations expectations) {
    public Look {
      signs = List.copyOf(signs);
      events = List.copyOf(events);
    }

    /** What a moment is, with the signs that are seen in it. */
    public static Look of(Moment moment, List<Sign> signs, Expectations expectations) {
      return new Look(
          moment.balancer(),
          moment.at(),
          signs,
          moment.events(),
          moment.stats().isPresent()
              && moment.blind().stream().noneMatch(one -> one.part() == Moment.Blind.Part.LOG),
          expectations);
    }
  }

  /** Goes on from what was kept; {@link State#EMPTY} for the first time. */
  public Alerts(State state) {
    state.alerts().forEach(one -> alerts.put(key(one), one));
    state.silences().forEach(one -> silences.put(one.id(), one));
    state.events().forEach((name, all) -> events.put(name, new ArrayList<>(all)));
    looked.putAll(state.looked());
    restored = !state.looked().isEmpty();
  }

  /** What is to be kept. */
  public State state() {
    return new State(List.copyOf(alerts.values()), List.copyOf(silences.values()), events, looked);
  }

  /** All alerts that are remembered, those that opened last first. */
  public List<Alert> all() {
    List<Alert> all = new ArrayList<>(alerts.values());
    all.sort(Comparator.comparing(Alert::opened).reversed().thenComparing(Alert::id));
    return all;
  }

  /** Silences from now on, or changes the one with this id. */
  public void silence(Silence silence) {
    silences.put(silence.id(), silence);
  }

  /** Ends a silence. */
  public void endSilence(String id) {
    silences.remove(id);
  }

  /** Takes a look in, and says what is to be told. Looks at one load balancer come in order. */
  public List<Notice> next(Look look) {
    List<Notice> notices = new ArrayList<>();
    remember(look);
    for (Sign sign : look.signs()) {
      seen(look, sign);
    }
    absent(look, notices);
    hold(look);
    tell(look, notices);
    forget(look);
    looked.put(look.balancer(), look.at());
    return List.copyOf(notices);
  }

  // --- steps

  private void remember(Look look) {
    List<Moment.Event> all = events.computeIfAbsent(look.balancer(), it -> new ArrayList<>());
    all.addAll(look.events());
    all.removeIf(one -> one.at().isBefore(look.at().minus(BEFORE.multipliedBy(2))));
    while (all.size() > EVENTS) {
      all.removeFirst();
    }
  }

  private void seen(Look look, Sign sign) {
    String key = look.balancer() + '\n' + sign.detection() + '\n' + sign.subject();
    Alert known = alerts.get(key);
    if (known == null) {
      if (alerts.size() >= MOST) {
        return;
      }
      String id =
          "%s-%s-%08x-at-%d"
              .formatted(
                  look.balancer(),
                  sign.detection().id().replace('/', '-'),
                  sign.subject().hashCode(),
                  look.at().getEpochSecond());
      known =
          Alert.first(
              new Alert.Identity(
                  id,
                  look.balancer(),
                  sign.detection(),
                  sign.subject(),
                  owner(sign, look.expectations())),
              sign,
              look.at(),
              group(look).orElse(id));
    } else if (known.open()) {
      known = known.seenAgain(sign, look.at());
    } else {
      Alert closed = known;
      boolean away =
          Duration.between(closed.closed().orElse(look.at()), look.at()).compareTo(AWAY) >= 0;
      known = closed.reopened(sign, look.at(), group(look).orElse(closed.id()));
      if (!away && closed.told().isPresent()) {
        known = known.told(closed.told().get());
      }
    }
    if (known.change().isEmpty()) {
      Optional<Moment.Event> change = change(look.balancer(), known.since());
      if (change.isPresent()) {
        known = known.after(change.get());
      }
    }
    alerts.put(key, known);
  }

  /** The last thing that was done before it began, or shortly after: evidence lags. */
  private Optional<Moment.Event> change(String balancer, Instant since) {
    return events.getOrDefault(balancer, List.of()).stream()
        .filter(
            one -> !one.at().isAfter(since.plus(AFTER)) && !one.at().isBefore(since.minus(BEFORE)))
        .max(Comparator.comparing(Moment.Event::at));
  }

  /** The load balancer's owner for what lies in it, else the owner of the pool. */
  private static String owner(Sign sign, Expectations expectations) {
    return switch (sign.detection()) {
      case CONTRACT,
          DRIFT,
          OLD_WORKERS,
          BLIND,
          SERVER_SHARE,
          HANDSHAKES,
          OUTSIDE_PROBE,
          BREAK_GLASS,
          REVIEW_OWED ->
          expectations.owner("lb");
      case UNFINISHED,
          BLACK_HOLE,
          SERVER_ERRORS,
          SERVER_REFUSES,
          CHECK_DISAGREES,
          SERVER_LATENCY,
          ROUTE_ERRORS,
          SUCCESS_GONE,
          TRAFFIC_DROP,
          ROUTE_ANSWERS,
          PENDING,
          ROUTE_LATENCY,
          RETRIES,
          FLOOR,
          SATURATED ->
          sign.scope().pools().stream()
              .map(expectations::owner)
              .filter(owner -> !owner.isEmpty())
              .findFirst()
              .orElseGet(() -> expectations.owner("lb"));
    };
  }

  /** What was open before the rules changed says nothing of what opens after that. */
  private Optional<String> group(Look look) {
    Instant rules =
        events.getOrDefault(look.balancer(), List.of()).stream()
            .filter(one ->
                one.what() == Moment.Event.What.APPLY_BEGAN
                    || one.what() == Moment.Event.What.RELOADED_BY_OTHERS)
            .map(Moment.Event::at)
            .filter(at -> !at.isBefore(look.at().minus(BEFORE)))
            .max(Comparator.naturalOrder())
            .orElse(Instant.MIN);
    return alerts.values().stream()
        .filter(one -> one.open() && one.balancer().equals(look.balancer()))
        .filter(one -> !one.opened().isBefore(rules))
        .map(Alert::group)
        .findFirst();
  }

  private void absent(Look look, List<Notice> notices) {
    Instant before = looked.get(look.balancer());
    if (before == null || restored && !warmUntil.containsKey(look.balancer())) {
      warmUntil.putIfAbsent(
          look.balancer(), restored && before != null ? look.at().plus(WARM_UP) : look.at());
    }
    boolean counts =
        look.observed()
            && before != null
            && !look.at().isBefore(warmUntil.getOrDefault(look.balancer(), look.at()));
    double elapsed =
        before == null
            ? 0
            : Math.clamp(Duration.between(before, look.at()).toMillis() / 1e3, 0, LONGEST_LOOK);
    for (Map.Entry<String, Alert> entry : alerts.entrySet()) {
      Alert alert = entry.getValue();
      if (!alert.open()
          || !alert.balancer().equals(look.balancer())
          || alert.seen().equals(look.at())) {
        continue;
      }
      if (counts || alert.detection() == Detection.BLIND && before != null) {
        alert = alert.missing(elapsed);
      }
      int hold = alert.level() == Level.PAGE ? PAGE_HOLD : TICKET_HOLD;
      if (alert.absent() >= hold) {
        alert = alert.closed(look.at());
        if (alert.told().isPresent()) {
          notices.add(new Notice(Notice.Kind.RESOLVED, alert, false));
        }
      }
      entry.setValue(alert);
    }
  }

  private void hold(Look look) {
    List<Alert> open =
        alerts.values().stream()
            .filter(one -> one.open() && one.balancer().equals(look.balancer()))
            .toList();
    for (Alert alert : open) {
      Optional<String> silenced =
          silences.values().stream()
              .filter(one -> one.covers(alert, look.at()))
              .map(Silence::id)
              .findFirst();
      if (!silenced.equals(alert.silencedBy())) {
        alerts.put(key(alert), alert.held(alert.inhibitedBy(), silenced));
      }
    }
    for (Alert weak : open) {
      Alert current = alerts.getOrDefault(key(weak), weak);
      Optional<String> by =
          alerts.values().stream()
              .filter(strong -> Inhibition.explains(strong, current, look.at()))
              .map(Alert::id)
              .findFirst();
      if (!by.equals(current.inhibitedBy())) {
        alerts.put(key(current), current.held(by, current.silencedBy()));
      }
    }
  }

  private void tell(Look look, List<Notice> notices) {
    List<Alert> waiting =
        alerts.values().stream()
            .filter(one -> one.open() && one.balancer().equals(look.balancer()))
            .filter(one -> one.inhibitedBy().isEmpty() && one.silencedBy().isEmpty())
            .filter(one -> one.seen().equals(look.at()))
            .filter(one -> one.told().isEmpty() || one.told().get().compareTo(one.level()) < 0)
            .sorted(Comparator.comparing(Alert::level).reversed())
            .toList();
    for (Alert alert : waiting) {
      boolean page = alert.level() == Level.PAGE;
      boolean woken =
          alerts.values().stream()
              .anyMatch(one ->
                  one.group().equals(alert.group())
                      && one.told().equals(Optional.of(Level.PAGE))
                      && one.closed().filter(at -> !at.plus(AWAY).isAfter(look.at())).isEmpty()
                      && one.owner().equals(alert.owner()));
      Notice.Kind kind =
          alert.told().isPresent()
              ? Notice.Kind.RAISED
              : woken
                  ? Notice.Kind.JOINED
                  : alert.openings() > 1 ? Notice.Kind.REOPENED : Notice.Kind.OPENED;
      Alert told = alert.told(alert.level());
      alerts.put(key(alert), told);
      notices.add(new Notice(kind, told, page && !woken));
    }
  }

  private void forget(Look look) {
    alerts
        .values()
        .removeIf(one ->
            one.balancer().equals(look.balancer())
                && one.closed().filter(at -> at.plus(REMEMBERED).isBefore(look.at())).isPresent());
    silences.values().removeIf(one -> one.until().plus(REMEMBERED).isBefore(look.at()));
  }

  private static String key(Alert alert) {
    return alert.balancer() + '\n' + alert.detection() + '\n' + alert.subject();
  }
}
