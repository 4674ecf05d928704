package dev.checkrail.serve;

import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.oncall.Page;
import java.util.Locale;

/**
 * A page as a browser shows it: plain HTML, no script, one form. To look at it changes nothing, so
 * that programs that follow links in messages acknowledge nothing.
 */
final class PageForm {
  private PageForm() {}

  /**
   * All of it.
   *
   * @param code the code of the link
   */
  static Reply reply(Page page, String code) {
    return Reply.text(200, "text/html; charset=utf-8", html(page, code))
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
                + " frame-ancestors 'none'")
        .with("Referrer-Policy", "no-referrer");
  }

  static String html(Page page, String code) {
    Alert main = page.main();
    StringBuilder out = new StringBuilder();
    out.append(
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>Page: %s</title>
        <style>
          body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
          li { margin: 0 0 .8rem } dt { font-weight: bold } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
          label, input, button { display: block; font: inherit; padding: .5rem; margin: .2rem 0 }
          [role=status] { font-weight: bold }
        </style>
        """
            .formatted(text(main.detection().title())));
    out.append("<h1>").append(text(main.detection().title())).append("</h1>\n");
    out.append("<p role=\"status\">").append(text(state(page))).append("</p>\n<dl>\n");
    row(out, "Load balancer", page.balancer());
    row(out, "For", page.owner().isEmpty() ? "nobody owns it" : page.owner());
    row(out, "Since", page.opened().toString());
    page.incident().ifPresent(id -> row(out, "Incident", id));
    page.cause()
        .ifPresent(cause ->
            row(
                out,
                "Cause",
                String.format(
                    Locale.ROOT,
                    "%s, probability %.2f: %s",
                    cause.name(),
                    cause.probability(),
                    cause.why())));
    out.append("</dl>\n<ul>\n");
    for (Alert alert : page.alerts().values()) {
      out.append("<li><b>")
          .append(text(alert.detection().id() + " at " + alert.subject()))
          .append("</b>")
          .append(alert.open() ? "" : " (over)")
          .append("<br>")
          .append(text(alert.what()))
          .append("<br>since ")
          .append(text(alert.since().toString()))
          .append(
              alert
                  .change()
                  .map(it -> "<br>the last change: " + text(it.at() + " " + it.text()))
                  .orElse(""))
          .append("; what to do: ")
          .append(text(alert.runbook()))
          .append("</li>\n");
    }
    out.append("</ul>\n");
    if (page.waiting()) {
      out.append("<form method=\"post\" action=\"")
          .append(escaped(PageLinks.path(page.id())))
          .append("\">\n<input type=\"hidden\" name=\"code\" value=\"")
          .append(escaped(code))
          .append(
              """
              ">
              <label for="name">Your name (others will see it)</label>
              <input id="name" name="name" maxlength="64" autocomplete="name">
              <button>I take care of it</button>
              </form>
              """);
    }
    return out.append("</html>\n").toString();
  }

  private static String state(Page page) {
    if (page.acknowledged().isPresent()) {
      return "Acknowledged by "
          + page.acknowledged().get().by()
          + " at "
          + page.acknowledged().get().at()
          + (page.open() ? "." : ". It is over.");
    }
    return page.open() ? "Nobody has acknowledged it yet." : "It is over.";
  }

  private static void row(StringBuilder out, String name, String value) {
    out.append("<dt>").append(text(name)).append("</dt><dd>").append(text(value)).append("</dd>\n");
  }

  /** Text between tags or within quotes. */
  private static String text(String text) {
    return escaped(WebhookWay.shown(text));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
