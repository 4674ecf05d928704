package dev.checkrail.watch.incident;

import dev.checkrail.watch.diagnose.Act;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.diagnose.Reason;
import dev.checkrail.watch.incident.Incident.Entry;
import dev.checkrail.watch.incident.Incident.What;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The record of an incident as Markdown: what was recorded, and nothing else. */
public final class Postmortem {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("MMMM d, uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("h:mm:ss a", Locale.ENGLISH);

  private Postmortem() {}

  /**
   * The text.
   *
   * @param zone in which its times are written
   * @param prevention what would refuse such a change; empty if nobody asked
   */
  public static String markdown(Incident incident, ZoneId zone, Optional<Prevention> prevention) {
    StringBuilder text = new StringBuilder();
    Optional<Ranked> cause = incident.answer().map(Diagnosis.Published::first);
    text.append("### Postmortem: ").append(incident.balancer()).append(", ").append(incident.id());
    text.append("\n\n**Issue Summary:**\n");
    text.append("- **Duration:** ").append(duration(incident, zone)).append('\n');
    text.append("- **Impact:** ").append(impact(incident.impact())).append('\n');
    text.append("- **Root Cause:** ")
        .append(cause.map(c -> plain(c.name() + ": " + c.why())).orElse("not named"))
        .append(".\n\n**Timeline:**\n");
    for (Entry entry : incident.timeline()) {
      text.append("- **")
          .append(time(entry.at(), zone))
          .append(":** ")
          .append(words(entry.what()))
          .append(
              entry.who().isEmpty() || entry.who().equals("checkrail")
                  ? ""
                  : " (" + plain(entry.who()) + ")")
          .append(": ")
          .append(plain(entry.text()))
          .append('\n');
    }
    if (incident.leftOut() > 0) {
      text.append("- ").append(incident.leftOut()).append(" more entries had no room.\n");
    }
    text.append("\n**Root Cause and Resolution:**\n- **Cause:** ")
        .append(cause(incident))
        .append('\n');
    text.append("- **Fix:** ").append(fix(incident, zone)).append('\n');
    text.append("\n**Corrective and Preventative Measures:**\n- **Improvements Needed:**\n");
    improvements(incident).forEach(one -> text.append("  - ").append(one).append('\n'));
    text.append("\n- **Specific Tasks:**\n");
    int number = 0;
    for (String task : tasks(incident.balancer(), prevention)) {
      text.append("  ").append(++number).append(". ").append(task).append('\n');
    }
    if (number == 0) {
      text.append("  none recorded\n");
    }
    return text.toString();
  }

  private static String duration(Incident incident, ZoneId zone) {
    Optional<Instant> last = incident.lastHarm();
    String day = DAY.format(incident.began().atZone(zone));
    if (last.isEmpty()) {
      return day + ", " + time(incident.began(), zone) + ", still going on";
    }
    return day
        + ", "
        + time(incident.began(), zone)
        + " - "
        + time(last.get(), zone)
        + " ("
        + lasted(Duration.between(incident.began(), last.get()))
        + (incident.state() == Incident.State.OPEN ? " so far" : "")
        + ")";
  }

  private static String lasted(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    return seconds < 120 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
  }

  private static String impact(Incident.Impact impact) {
    if (impact.observed() == 0) {
      return "not observed: no log was read.";
    }
    return String.format(
        Locale.ROOT,
        "%d of %d requests failed (%.1f would have, as usual); %d went where they do not belong. At"
            + " most %d clients had a failure; at worst %.0f %% of the clients of ten seconds."
            + " Payments without a final state: %s.",
        impact.failed(),
        impact.requests(),
        impact.usualFailed(),
        impact.misrouted(),
        impact.clients(),
        100 * impact.worstShare(),
        impact.unknown().isPresent() ? "" + impact.unknown().getAsLong() : "not observed");
  }

  private static String cause(Incident incident) {
    if (incident.answer().isEmpty()) {
      return "not named.";
    }
    Ranked first = incident.answer().get().first();
    List<String> reasons = new ArrayList<>();
    for (Reason reason : first.reasons()) {
      if (reason.kind() != Reason.Kind.PRIOR && reason.log10() > 0) {
        reasons.add(plain(reason.text()));
      }
    }
    String after =
        incident
            .aftermath()
            .map(w -> " The way back: " + plain(w.text()) + ".")
            .orElse(" No way back was tried.");
    return plain(first.name()) + ". " + String.join("; ", reasons) + "." + after;
  }

  private static String fix(Incident incident, ZoneId zone) {
    List<String> done = new ArrayList<>();
    for (Entry entry : incident.timeline()) {
      if (entry.what() == What.WAY_BACK || entry.what() == What.VERIFIED) {
        done.add(time(entry.at(), zone) + " " + plain(entry.text()));
      }
    }
    String end =
        switch (incident.state()) {
          case OPEN -> "It is not over.";
          case RESOLVED -> "Resolved by itself.";
          case CLOSED -> "Closed by a person.";
        };
    return (done.isEmpty() ? "no way back was recorded" : String.join("; ", done)) + ". " + end;
  }

  private static List<String> improvements(Incident incident) {
    List<String> all = new ArrayList<>();
    Optional<Act> act = incident.answer().flatMap(a -> a.first().act());
    if (act.map(a -> a.kind() == Act.Kind.BYPASS).orElse(false)) {
      all.add("The change was made past all checks: nobody approved it.");
    } else if (incident.answer().map(a -> a.first().cause() == Cause.LB_CHANGE).orElse(false)) {
      all.add("The change passed all checks that there are.");
    }
    all.add(
        "It took "
            + lasted(Duration.between(incident.began(), incident.opened()))
            + " to notice"
            + incident
                .answer()
                .map(a ->
                    " and "
                        + lasted(Duration.between(incident.began(), a.at()))
                        + " to name the cause")
                .orElse("; the cause was not named")
            + ".");
    incident
        .answer()
        .ifPresent(answer ->
            answer.ranking().stream()
                .filter(one -> one.standing() == Ranked.Standing.NOT_OBSERVED)
                .forEach(one ->
                    all.add(plain(one.cause().word() + " was not observed: " + one.why()) + ".")));
    if (incident.impact().observed() == 0) {
      all.add("No log was read: users who failed are not known.");
    }
    return all;
  }

  private static List<String> tasks(String balancer, Optional<Prevention> prevention) {
    List<String> all = new ArrayList<>();
    prevention.ifPresent(it -> {
      if (!it.patch().isEmpty()) {
        all.add(
            "Accept the change of the policy that refuses this for ever ("
                + plain(String.join("; ", it.why()))
                + "):\n\n```yaml\n"
                + it.patch()
                + "```\n\nAdded to its policy, this accepts it: `"
                + Prevention.accept(balancer)
                + "`.\n");
      }
      if (!it.no().isEmpty()) {
        all.add("Decide by hand: " + plain(it.no()) + ".");
      }
    });
    return all;
  }

  private static String words(What what) {
    return switch (what) {
      case HARM_BEGAN -> "Harm began";
      case CHANGED -> "Changed";
      case ALERTED -> "Alert";
      case ESCALATED -> "Escalated";
      case ACKNOWLEDGED -> "Acknowledged";
      case RULED_OUT -> "Ruled out";
      case CAUSE -> "Cause";
      case OTHER_MIND -> "Doubt";
      case WAY_BACK -> "Way back";
      case VERIFIED -> "Verified";
      case HARM_ENDED -> "Harm ended";
      case NOTE -> "Note";
      case RESOLVED -> "Resolved";
      case CLOSED -> "Closed";
    };
  }

  private static String time(Instant at, ZoneId zone) {
    return TIME.format(at.atZone(zone))
        + " ("
        + DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH).format(at.atZone(zone))
        + ")";
  }

  /** What others wrote must not become markup. */
  private static String plain(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r' || c == '\t') {
        plain.append(' ');
      } else if (c < ' ' || c == 127) {
        plain.append('?');
      } else if ("<>`*_[]|#\\".indexOf(c) >= 0) {
        plain.append('\\').append(c);
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
