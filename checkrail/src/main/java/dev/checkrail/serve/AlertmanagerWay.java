package dev.checkrail.serve;

import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.oncall.Delivery;
import dev.checkrail.watch.oncall.Evidence;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An Alertmanager, by version 2 of its API. It forgets what it is not told again: what is open is
 * sent each minute with an end that lies four minutes ahead, what is over with an end that has
 * come. Grouping, silences and receivers are its own business.
 */
final class AlertmanagerWay implements Way {
  private static final Duration AGAIN = Duration.ofSeconds(60);
  private static final Duration AHEAD = AGAIN.multipliedBy(4);
  private static final int AT_ONCE = 100;

  private final Posting posting;
  private final URI url;
  private final Supplier<URI> ours;
  private final InstantSource clock;

  /**
   * @param base its address, with its path prefix if it has one
   * @param ours our own address
   */
  AlertmanagerWay(Posting posting, URI base, Supplier<URI> ours, InstantSource clock) {
    this.posting = posting;
    this.url = URI.create(base.toString().replaceAll("/+$", "") + "/api/v2/alerts");
    this.ours = ours;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return "alertmanager";
  }

  @Override
  public Posting.Result tell(Delivery delivery) throws InterruptedException {
    return post(
        List.of(
            node(delivery.alert(), delivery.cause(), delivery.kind() == Delivery.Kind.RESOLVED)));
  }

  @Override
  public Posting.Result heartbeat(Instant now, Duration every) throws InterruptedException {
    ObjectNode node = Wire.object();
    ObjectNode labels = node.putObject("labels");
    labels.put("alertname", "CheckrailWatchdog");
    labels.put("severity", "none");
    node.putObject("annotations")
        .put("summary", "Checkrail lives. If this alert ends, it does not look any more.");
    Duration ahead = every.multipliedBy(3);
    node.put("endsAt", now.plus(ahead.compareTo(AGAIN) < 0 ? AGAIN : ahead).toString());
    node.put("generatorURL", ours.get().toString());
    return post(List.of(node));
  }

  @Override
  public Optional<Duration> forgetful() {
    return Optional.of(AGAIN);
  }

  @Override
  public Posting.Result again(List<Open> open) throws InterruptedException {
    List<ObjectNode> nodes = new ArrayList<>();
    open.forEach(one -> nodes.add(node(one.alert(), one.cause(), false)));
    for (int i = 0; i < nodes.size(); i += AT_ONCE) {
      Posting.Result result = post(nodes.subList(i, Math.min(nodes.size(), i + AT_ONCE)));
      if (!result.taken()) {
        return result;
      }
    }
    return Posting.Result.TAKEN;
  }

  private Posting.Result post(List<ObjectNode> nodes) throws InterruptedException {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    nodes.forEach(all::add);
    return posting.post(url, Wire.text(all).getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private ObjectNode node(Alert alert, Optional<Evidence> cause, boolean over) {
    Instant now = clock.instant();
    ObjectNode node = Wire.object();
    ObjectNode labels = node.putObject("labels");
    labels.put("alertname", alert.detection().id());
    labels.put("balancer", alert.balancer());
    labels.put("subject", WebhookWay.shown(alert.subject()));
    labels.put("severity", alert.level().name().toLowerCase(Locale.ROOT));
    if (!alert.owner().isEmpty()) {
      labels.put("owner", WebhookWay.shown(alert.owner()));
    }
    ObjectNode annotations = node.putObject("annotations");
    annotations.put("title", alert.detection().title());
    annotations.put("summary", WebhookWay.shown(alert.what()));
    annotations.put("runbook", alert.runbook());
    annotations.put("since", alert.since().toString());
    cause.ifPresent(it ->
        annotations.put(
            "cause",
            WebhookWay.shown(
                "%s, probability %.2f: %s".formatted(it.name(), it.probability(), it.why()))));
    node.put("startsAt", alert.opened().toString());
    node.put("endsAt", (over ? now : now.plus(AHEAD)).toString());
    node.put(
        "generatorURL",
        ours.get().toString().replaceAll("/+$", "")
            + "/api/v1/alerts?balancer="
            + alert.balancer());
    return node;
  }
}
