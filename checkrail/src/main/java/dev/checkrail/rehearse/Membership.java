package dev.checkrail.rehearse;

import dev.checkrail.model.Match.Network;
import dev.checkrail.policy.HostPattern;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.RequestSet;
import dev.checkrail.report.Request;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/** Whether one concrete request lies in a set of the policy. */
final class Membership {
  private static final Pattern TARGET = Pattern.compile("/[\\x21\\x22\\x24-\\x7e]*");
  private static final Pattern HOST =
      Pattern.compile("([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]*)?");

  private final Policy policy;

  Membership(Policy policy) {
    this.policy = policy;
  }

  /**
   * The services that a request belongs to.
   *
   * @param frontend the name of the frontend that gets it
   * @param listener the key of the listener that gets it
   */
  List<String> services(Request request, String frontend, String listener) {
    return policy.services().stream()
        .filter(service -> holds(service.requests(), request, frontend, listener, 0))
        .map(Policy.Service::name)
        .toList();
  }

  /** Whether the request is in the set. */
  boolean holds(RequestSet set, Request request, String frontend, String listener) {
    return holds(set, request, frontend, listener, 0);
  }

  private boolean holds(
      RequestSet set, Request request, String frontend, String listener, int depth) {
    if (depth > 50) {
      return false;
    }
    for (RequestSet.Part part : set.parts()) {
      boolean in =
          switch (part) {
            case RequestSet.Named named -> named(named, request, frontend, listener, depth);
            case RequestSet.Clause clause -> clause(clause, request, frontend, listener, depth);
          };
      if (in) {
        return true;
      }
    }
    return false;
  }

  private boolean named(
      RequestSet.Named named, Request request, String frontend, String listener, int depth) {
    return policy
        .service(named.service())
        .filter(service -> holds(service.requests(), request, frontend, listener, depth + 1))
        .isPresent();
  }

  private boolean clause(
      RequestSet.Clause clause, Request request, String frontend, String listener, int depth) {
    String target = request.sentTarget();
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    List<String> hosts = request.hostLines();
    return (clause.irregular() || regular(request))
        && (clause.paths().isEmpty() || clause.paths().stream().anyMatch(p -> p.matches(path)))
        && (clause.hosts().isEmpty() || hosts.stream().anyMatch(h -> matches(clause.hosts(), h)))
        && (clause.methods().isEmpty() || clause.methods().contains(request.method()))
        && clause.headers().stream().allMatch(test -> header(test, request))
        && from(clause.from(), request)
        && (clause.listeners().isEmpty()
            || clause.listeners().contains(listener)
            || clause.listeners().contains(frontend))
        && clause.except().stream()
            .noneMatch(named -> named(named, request, frontend, listener, depth));
  }

  private static boolean matches(List<HostPattern> patterns, String host) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(host));
  }

  private static boolean regular(Request request) {
    List<String> hosts = request.hostLines();
    return TARGET.matcher(request.sentTarget()).matches()
        && hosts.size() <= 1
        && hosts.stream().allMatch(host -> HOST.matcher(host).matches());
  }

  private static boolean header(RequestSet.HeaderTest test, Request request) {
    List<String> lines = request.lines(test.name()).stream().map(String::strip).toList();
    return switch (test) {
      case RequestSet.HeaderPresent present -> !lines.isEmpty();
      case RequestSet.HeaderAbsent absent -> lines.isEmpty();
      case RequestSet.HeaderIs is -> lines.stream().anyMatch(is.values()::contains);
    };
  }

  private static boolean from(RequestSet.Sources sources, Request request) {
    if (sources.isAny()) {
      return true;
    }
    if (request.from().isEmpty()) {
      return false;
    }
    byte[] address = InetAddress.ofLiteral(request.from().get()).getAddress();
    return (sources.in().isEmpty() || sources.in().stream().anyMatch(n -> in(n, address)))
        && sources.out().stream().noneMatch(n -> in(n, address));
  }

  private static boolean in(Network network, byte[] address) {
    byte[] net = InetAddress.ofLiteral(network.address()).getAddress();
    if (net.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < network.prefix(); bit++) {
      int mask = 0x80 >> (bit & 7);
      if (((net[bit >> 3] ^ address[bit >> 3]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
