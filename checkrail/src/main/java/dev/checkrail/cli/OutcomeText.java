package dev.checkrail.cli;

import dev.checkrail.report.Outcome;
import java.util.Locale;
import java.util.stream.Collectors;

/** What becomes of a request, in words. */
final class OutcomeText {
  private OutcomeText() {}

  /** {@code be_pay (pay-1, pay-2)}, {@code 403}, {@code redirect 302 to https://…}. */
  static String of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Reaches reaches -> reaches(reaches);
      case Outcome.Responds responds ->
          "answer "
              + responds.status()
              + responds
                  .pool()
                  .map(pool -> " (no usable server in " + Shown.of(pool) + ")")
                  .orElse("")
              + responds.body().map(body -> " (body " + Shown.of(shortened(body)) + ")").orElse("");
      case Outcome.Redirects redirects ->
          "redirect " + redirects.status() + " to " + Shown.of(redirects.location());
      case Outcome.Drops drops ->
          "connection closed" + drops.pool().map(pool -> " by " + Shown.of(pool)).orElse("");
      case Outcome.Splits splits ->
          splits.of().stream()
              .map(part -> percent(part.share()) + " " + of(part.outcome()))
              .collect(Collectors.joining(", "));
      case Outcome.Undecided undecided -> "undecided: " + Shown.of(undecided.because());
    };
  }

  private static String reaches(Outcome.Reaches reaches) {
    double even = 1.0 / Math.max(1, reaches.servers().size());
    boolean alike =
        reaches.servers().stream().allMatch(share -> Math.abs(share.share() - even) < 0.005);
    String servers =
        reaches.servers().stream()
            .map(share -> Shown.of(share.name()) + (alike ? "" : " " + percent(share.share())))
            .collect(Collectors.joining(", "));
    StringBuilder text = new StringBuilder(Shown.of(reaches.pool()));
    if (!servers.isEmpty()) {
      text.append(" (").append(servers).append(')');
    }
    reaches.path().ifPresent(path -> text.append(", sent on as ").append(Shown.of(path)));
    return text.toString();
  }

  static String percent(double share) {
    double value = share * 100;
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f %%", value)
        : String.format(Locale.ROOT, "%.1f %%", value);
  }

  private static String shortened(String body) {
    return body.length() > 40 ? body.substring(0, 12) + "…" : body;
  }
}
