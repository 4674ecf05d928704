package dev.checkrail.cli;

import dev.checkrail.report.CurlLine;
import dev.checkrail.report.Difference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a change does, for people: which requests go elsewhere, which settings differ. */
final class DifferenceText {
  private final Page page;
  private final Paint paint;

  DifferenceText(Page page) {
    this.page = page;
    this.paint = page.paint();
  }

  /** What differs; nothing if nothing does. */
  void write(Difference difference) {
    Map<String, List<Difference.Region>> alike = new LinkedHashMap<>();
    for (Difference.Region region : difference.regions()) {
      alike
          .computeIfAbsent(
              region.requests()
                  + "\n"
                  + OutcomeText.of(region.from())
                  + "\n"
                  + OutcomeText.of(region.to())
                  + region.declared(),
              key -> new ArrayList<>())
          .add(region);
    }
    alike.values().forEach(this::regions);
    if (!difference.settings().isEmpty()) {
      page.line(paint.bold("settings"));
      difference.settings().forEach(this::setting);
      page.blank();
    }
  }

  private void regions(List<Difference.Region> regions) {
    Difference.Region first = regions.getFirst();
    page.prose(
        0,
        paint.bold("requests")
            + " "
            + Shown.of(first.requests())
            + (first.declared() ? paint.faint(" (declared)") : ""));
    page.verbatim(
        2,
        "at:  ",
        String.join(", ", regions.stream().map(it -> Shown.of(it.listener())).toList()));
    page.verbatim(2, "from:", paint.plain(OutcomeText.of(first.from())));
    page.verbatim(2, "to:  ", paint.plain(OutcomeText.of(first.to())));
    page.verbatim(2, "try: ", CurlLine.of(first.witness()));
    page.blank();
  }

  private void setting(Difference.Setting setting) {
    page.line(
        "  "
            + setting.rule().id()
            + "  "
            + Shown.of(setting.what())
            + ": "
            + value(setting.from())
            + " "
            + paint.arrow()
            + " "
            + value(setting.to())
            + "  "
            + paint.faint(Shown.place(setting.span())));
  }

  private static String value(String text) {
    return text.isEmpty() ? "none" : Shown.of(text);
  }
}
