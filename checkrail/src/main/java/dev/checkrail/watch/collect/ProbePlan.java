package dev.checkrail.watch.collect;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Pool.HealthCheck;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.Policy.InventoryEntry;
import dev.checkrail.watch.collect.ProbeTarget.Ask;
import dev.checkrail.watch.collect.ProbeTarget.Kind;
import dev.checkrail.watch.collect.ProbeTarget.Proxy;
import dev.checkrail.watch.collect.ProbeTarget.Statuses;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is probed of one load balancer, and what is not and why. A server that stands in several
 * pools is asked once.
 *
 * @param left what is not probed, each with its reason: it is <i>not observed</i>
 */
public record ProbePlan(List<ProbeTarget> targets, List<Left> left) {
  /** More than these are not probed. */
  public static final int MOST = 512;

  public ProbePlan {
    targets = List.copyOf(targets);
    left = List.copyOf(left);
  }

  /** Nothing is probed. */
  public static ProbePlan none() {
    return new ProbePlan(List.of(), List.of());
  }

  /** Something that is not probed. */
  public record Left(Kind kind, String subject, String why) {}

  /**
   * Of a configuration, under a policy.
   *
   * @param running addresses as the worker has them, {@code 127.0.0.1:9101}; they win over the
   *     file's, and names are only known by them
   * @param files those of the configuration, for the certificates among them
   */
  public static ProbePlan of(
      Configuration configuration,
      Policy policy,
      Map<ServerName, String> running,
      ConfigurationSet files) {
    Planning planning = new Planning(policy, running, files);
    configuration.pools().forEach(pool -> pool.servers().forEach(it -> planning.server(pool, it)));
    configuration.frontends().forEach(planning::frontend);
    return planning.done();
  }

  /** One plan in the making. */
  private static final class Planning {
    private record Key(
        Kind kind,
        String host,
        int port,
        boolean tls,
        Optional<Proof> proof,
        Proxy proxy,
        Optional<Ask> ask) {}

    private record Place(String host, int port) {}

    private final Policy policy;
    private final SafeRequest requests;
    private final Map<ServerName, String> running;
    private final ConfigurationSet files;
    private final Map<Key, ProbeTarget> targets = new LinkedHashMap<>();
    private final List<Left> left = new ArrayList<>();

    Planning(Policy policy, Map<ServerName, String> running, ConfigurationSet files) {
      this.policy = policy;
      this.requests = new SafeRequest(policy);
      this.running = running;
      this.files = files;
    }

    void server(Pool pool, Server server) {
      ServerName name = new ServerName(pool.name(), server.name());
      Optional<Place> place = place(name, server);
      if (place.isEmpty()) {
        left.add(
            new Left(Kind.TCP, name.toString(), "no address of it is known that can be dialled"));
        return;
      }
      Place at = place.get();
      Proxy proxy = proxy(server);
      add(
          new ProbeTarget(
              Kind.TCP,
              List.of(name),
              name.toString(),
              at.host(),
              at.port(),
              false,
              Proxy.NONE,
              Optional.empty(),
              List.of(),
              List.of()));
      boolean http = pool.mode() == Mode.HTTP && !option(server, "proto", "h2");
      if (pool.healthCheck().kind() == HealthCheck.Kind.HTTP) {
        check(pool, server, name, at);
      }
      Optional<InventoryEntry> entry = policy.server(server.key());
      entry
          .flatMap(InventoryEntry::capabilities)
          .ifPresent(url -> capabilities(name, url, entry.get().serves()));
      if (entry.isEmpty()) {
        left.add(new Left(Kind.SAFE, name.toString(), "the policy's inventory does not name it"));
        return;
      }
      for (String service : entry.get().serves()) {
        if (!http) {
          left.add(new Left(Kind.SAFE, name + " " + service, "it does not speak HTTP/1"));
          continue;
        }
        SafeRequest.Found found = requests.of(service, Set.of());
        if (found.ask().isEmpty()) {
          left.add(new Left(Kind.SAFE, name + " " + service, found.why()));
        } else {
          String asked = found.ask().get().host();
          add(
              new ProbeTarget(
                      Kind.SAFE,
                      List.of(name),
                      name + " " + service,
                      at.host(),
                      at.port(),
                      server.tls(),
                      proxy,
                      found.ask(),
                      ProbeTarget.BELOW_500,
                      List.of(service))
                  .provenBy(Proof.of(server, files, asked, false))
                  .discreet());
        }
      }
    }

    private void check(Pool pool, Server server, ServerName name, Place at) {
      CheckRequest request = CheckRequest.of(pool.healthCheck(), server.key());
      if (option(server, "check-proto", "h2") || option(server, "proto", "h2")) {
        left.add(new Left(Kind.CHECK, name.toString(), "its check speaks HTTP/2"));
        return;
      }
      if (request.ask().isEmpty()) {
        left.add(new Left(Kind.CHECK, name.toString(), request.why()));
        return;
      }
      String host = server.check().flatMap(Server.Check::address).orElse(at.host());
      int port =
          server
              .check()
              .filter(it -> it.port().isPresent())
              .map(it -> it.port().getAsInt())
              .orElse(at.port());
      Proxy proxy =
          option(server, "check-send-proxy") || host.equals(at.host()) && port == at.port()
              ? proxy(server)
              : Proxy.NONE;
      add(
          new ProbeTarget(
                  Kind.CHECK,
                  List.of(name),
                  name.toString(),
                  host,
                  port,
                  server.tls() || option(server, "check-ssl"),
                  proxy,
                  request.ask(),
                  request.good(),
                  List.of())
              .provenBy(Proof.of(server, files, request.ask().get().host(), true)));
    }

    private void capabilities(ServerName name, String url, List<String> serves) {
      try {
        URI uri = new URI(url);
        boolean tls = "https".equals(uri.getScheme());
        String host = uri.getHost();
        if (host == null
            || uri.getRawUserInfo() != null
            || !(tls || "http".equals(uri.getScheme()))) {
          left.add(
              new Left(Kind.CAPABILITIES, name.toString(), "its URL is not http://HOST:PORT/PATH"));
          return;
        }
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
        String path =
            uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String asked = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        add(
            new ProbeTarget(
                Kind.CAPABILITIES,
                List.of(name),
                name.toString(),
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port,
                tls,
                Proxy.NONE,
                Optional.of(new Ask("GET", asked, uri.getRawAuthority(), Map.of())),
                List.of(new Statuses(200, 299)),
                serves));
      } catch (URISyntaxException e) {
        left.add(new Left(Kind.CAPABILITIES, name.toString(), "its URL can't be read"));
      }
    }

    void frontend(Frontend frontend) {
      for (Listener listener : frontend.listeners()) {
        String key = listener.key();
        if (listener.port() == 0 || option(listener.options(), "proto", "h2")) {
          left.add(new Left(Kind.OUTSIDE, key, "it is no TCP address that takes HTTP/1"));
          continue;
        }
        String host =
            switch (listener.address()) {
              case "*", "0.0.0.0" -> "127.0.0.1";
              case "::" -> "::1";
              case String address -> address;
            };
        Proxy proxy = listener.acceptProxy() ? Proxy.TEXT : Proxy.NONE;
        if (frontend.mode() == Mode.TCP) {
          add(
              new ProbeTarget(
                  Kind.OUTSIDE,
                  List.of(),
                  key,
                  host,
                  listener.port(),
                  false,
                  proxy,
                  Optional.empty(),
                  List.of(),
                  List.of()));
          continue;
        }
        if (policy.services().isEmpty()) {
          add(
              new ProbeTarget(
                  Kind.OUTSIDE,
                  List.of(),
                  "/ through " + key,
                  host,
                  listener.port(),
                  listener.tls(),
                  proxy,
                  Optional.of(new Ask("GET", "/", "probe.invalid", Map.of())),
                  ProbeTarget.BELOW_500,
                  List.of()));
        }
        for (Policy.Service service : policy.services()) {
          String subject = service.name() + " through " + key;
          SafeRequest.Found found = requests.of(service.name(), Set.of(key, frontend.name()));
          if (found.ask().isEmpty()) {
            left.add(new Left(Kind.OUTSIDE, subject, found.why()));
          } else {
            ProbeTarget target =
                new ProbeTarget(
                        Kind.OUTSIDE,
                        List.of(),
                        subject,
                        host,
                        listener.port(),
                        listener.tls(),
                        proxy,
                        found.ask(),
                        ProbeTarget.BELOW_500,
                        List.of(service.name()))
                    .provenBy(proof(listener, found.ask().get()))
                    .discreet();
            if (target.withheld().isEmpty()) {
              add(target);
            } else {
              // Without them it may be a request of another service.
              left.add(
                  new Left(
                      Kind.OUTSIDE,
                      subject,
                      "it wants "
                          + String.join(", ", target.withheld())
                          + ", which is not said to whom no certificate proves"));
            }
          }
        }
      }
    }

    /** Only where a secret is said: a renewed file that is not loaded yet is no failure. */
    private Optional<Proof> proof(Listener listener, Ask ask) {
      return SafeRequest.maybeSecret(ask).isEmpty()
          ? Optional.empty()
          : Proof.of(listener, files, ask.host());
    }

    private void add(ProbeTarget target) {
      Key key =
          new Key(
              target.kind(),
              target.host(),
              target.port(),
              target.tls(),
              target.proof(),
              target.proxy(),
              target.ask());
      ProbeTarget before = targets.get(key);
      if (before != null) {
        List<ServerName> servers = new ArrayList<>(before.servers());
        servers.addAll(target.servers());
        targets.put(key, before.of(servers));
      } else if (targets.size() < MOST) {
        targets.put(key, target);
      } else {
        left.add(
            new Left(target.kind(), target.subject(), "more than " + MOST + " are not probed"));
      }
    }

    ProbePlan done() {
      return new ProbePlan(new ArrayList<>(targets.values()), left);
    }

    private Optional<Place> place(ServerName name, Server server) {
      String told = running.getOrDefault(name, "");
      int colon = told.lastIndexOf(':');
      if (colon > 0 && told.substring(colon + 1).matches("[1-9]\\d{0,4}")) {
        String host = told.substring(0, colon);
        return Optional.of(
            new Place(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(told.substring(colon + 1))));
      }
      boolean dialled =
          !server.byName()
              && !server.portOffset()
              && server.port() > 0
              && !server.address().startsWith("/")
              && server.address().indexOf('@') < 0;
      return dialled ? Optional.of(new Place(server.address(), server.port())) : Optional.empty();
    }

    private static Proxy proxy(Server server) {
      if (option(server, "send-proxy")) {
        return Proxy.TEXT;
      }
      return server.options().stream().anyMatch(it -> it.name().startsWith("send-proxy-v2"))
          ? Proxy.BINARY
          : Proxy.NONE;
    }

    private static boolean option(Server server, String name) {
      return server.options().stream().anyMatch(it -> it.name().equals(name));
    }

    private static boolean option(Server server, String name, String value) {
      return option(server.options(), name, value);
    }

    private static boolean option(List<Setting> options, String name, String value) {
      return options.stream().anyMatch(it -> it.name().equals(name) && it.value().equals(value));
    }
  }
}
