package dev.checkrail.serve;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.serve.access.Right;
import dev.checkrail.watch.collect.ProbePlan;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Proof;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What probes found of a load balancer and its servers, and what is not probed, over HTTP. */
final class ProbesApi {
  private final Watching watching;

  ProbesApi(Watching watching) {
    this.watching = watching;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", "/api/v1/balancers/{balancer}/probes", this::probes));
  }

  private Reply probes(Call call) {
    String name = call.parameter("balancer");
    call.may(Right.READ, name);
    Watched watched =
        watching.of(name).orElseThrow(() -> Problem.missing("there is no load balancer " + name));
    ObjectNode body = Wire.object();
    body.put("name", name);
    ArrayNode probes = body.putArray("probes");
    for (Probed one : watched.probes().latest()) {
      ProbeTarget target = one.target();
      ObjectNode node = probes.addObject();
      node.put("kind", word(target.kind()));
      node.put("subject", target.subject());
      node.set("servers", Wire.texts(target.servers().stream().map(ServerName::toString).toList()));
      node.put(
          "address",
          (target.host().contains(":") ? "[" + target.host() + "]" : target.host())
              + ":"
              + target.port());
      target.ask().ifPresent(ask -> node.put("request", ask.toString()));
      if (target.tls()) {
        node.put("proven_by", target.proof().map(Proof::by).orElse("nothing"));
      }
      if (!target.withheld().isEmpty()) {
        node.set("withheld", Wire.texts(target.withheld()));
      }
      node.put("at", one.at().toString());
      node.put("outcome", one.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      one.status().ifPresent(status -> node.put("status", status));
      one.instance().ifPresent(instance -> node.put("instance", instance));
      node.put("latency_ms", one.latency().toNanos() / 1e6);
      node.put("why", one.why());
    }
    ArrayNode left = body.putArray("not_probed");
    for (ProbePlan.Left one : watched.probes().plan().left()) {
      left.addObject()
          .put("kind", word(one.kind()))
          .put("subject", one.subject())
          .put("why", one.why());
    }
    return Reply.json(200, body);
  }

  private static String word(ProbeTarget.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
