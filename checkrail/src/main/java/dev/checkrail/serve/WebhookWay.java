package dev.checkrail.serve;

import dev.checkrail.logs.RedactedText;
import dev.checkrail.source.SourceFile;
import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.oncall.Delivery;
import dev.checkrail.watch.oncall.Evidence;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.node.ObjectNode;

/**
 * A POST of JSON with two headers: {@code Checkrail-Delivery}, the same on each try, by which the
 * receiver knows what it has already; and {@code Checkrail-Signature: t=<seconds>,v1=<hex>}, the
 * HMAC-SHA256 of {@code <seconds>.<body>}, by which it knows that it is ours and not an old one.
 */
final class WebhookWay implements Way {
  private static final String MAC = "HmacSHA256";

  private final Posting posting;
  private final URI url;
  private final byte[] secret;
  private final Function<String, URI> link;
  private final InstantSource clock;

  /**
   * @param link where a page is acknowledged
   */
  WebhookWay(
      Posting posting, URI url, String secret, Function<String, URI> link, InstantSource clock) {
    this.posting = posting;
    this.url = url;
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
    this.link = link;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return "webhook";
  }

  @Override
  public Posting.Result tell(Delivery delivery) throws InterruptedException {
    return post(delivery.id(), body(delivery, link));
  }

  @Override
  public Posting.Result heartbeat(Instant now, Duration every) throws InterruptedException {
    ObjectNode body = Wire.object();
    body.put("kind", "watchdog");
    body.put("wake", false);
    body.put("at", now.toString());
    body.put("every_seconds", every.toSeconds());
    return post("watchdog-" + now.toEpochMilli(), body);
  }

  @Override
  public Optional<Duration> forgetful() {
    return Optional.empty();
  }

  @Override
  public Posting.Result again(List<Open> open) {
    return Posting.Result.TAKEN;
  }

  private Posting.Result post(String id, ObjectNode body) throws InterruptedException {
    String text = Wire.text(body);
    long seconds = clock.instant().getEpochSecond();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Checkrail-Delivery", id);
    headers.put("Checkrail-Signature", "t=" + seconds + ",v1=" + signature(seconds, text));
    return posting.post(url, text.getBytes(StandardCharsets.UTF_8), headers);
  }

  private String signature(long seconds, String body) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(secret, MAC));
      return HexFormat.of()
          .formatHex(mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // each JVM has it
    }
  }

  /** What is sent of a delivery. */
  static ObjectNode body(Delivery delivery, Function<String, URI> link) {
    ObjectNode body = Wire.object();
    body.put("kind", delivery.kind().word());
    body.put("wake", delivery.wake());
    body.put("at", delivery.at().toString());
    delivery.page().ifPresent(page -> body.put("page", page));
    body.set("alert", alert(delivery.alert()));
    delivery.incident().ifPresent(id -> body.put("incident", id));
    delivery.cause().ifPresent(cause -> body.set("cause", cause(cause)));
    delivery.page().ifPresent(page -> body.put("acknowledge", link.apply(page).toString()));
    return body;
  }

  private static ObjectNode alert(Alert alert) {
    ObjectNode node = Wire.object();
    node.put("id", alert.id());
    node.put("balancer", alert.balancer());
    node.put("detection", alert.detection().id());
    node.put("level", alert.level().name().toLowerCase(Locale.ROOT));
    node.put("subject", shown(alert.subject()));
    node.put("title", alert.detection().title());
    node.put("what", shown(alert.what()));
    node.put("since", alert.since().toString());
    node.put("opened", alert.opened().toString());
    alert.closed().ifPresent(at -> node.put("closed", at.toString()));
    node.put("owner", shown(alert.owner()));
    node.put("runbook", alert.runbook());
    alert
        .change()
        .ifPresent(change -> {
          ObjectNode event = node.putObject("change");
          event.put("at", change.at().toString());
          event.put("what", change.what().name().toLowerCase(Locale.ROOT).replace('_', '-'));
          event.put("actor", change.actor());
          event.put("text", shown(change.text()));
        });
    return node;
  }

  /**
   * As it is told: without secrets. Names of a configuration are held byte by byte; sentences of
   * ours are not.
   */
  static String shown(String text) {
    return RedactedText.of(
        text.chars().allMatch(one -> one <= 0xff) ? SourceFile.display(text) : text);
  }

  /** As pages show it, too. */
  static ObjectNode cause(Evidence cause) {
    ObjectNode node = Wire.object();
    node.put("cause", cause.cause());
    node.put("object", shown(cause.object()));
    node.put("probability", cause.probability());
    node.put("why", shown(cause.why()));
    node.put("at", cause.at().toString());
    return node;
  }
}
