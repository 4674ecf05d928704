package dev.checkrail.watch.collect;

import dev.checkrail.balancer.ServerName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that is asked again and again.
 *
 * @param servers whose answer it is; several if pools share a server; empty through the listener
 * @param subject for people: {@code be_pay/pay-1}, {@code payments through 127.0.0.1:8080}
 * @param host address it is connected to
 * @param port of it
 * @param tls whether TLS is spoken
 * @param proof by what it is proven whom we speak TLS with; without it any certificate will do, and
 *     nothing is said that may be a secret
 * @param proxy what is said first to one that waits for a PROXY header
 * @param ask the request; empty: a connection only
 * @param good which statuses are good
 * @param services what {@code /capabilities} has to name; else the service that the request is of
 * @param withheld names of headers that the request ought to have and that are not said, because
 *     nothing proves who would hear them
 */
public record ProbeTarget(
    Kind kind,
    List<ServerName> servers,
    String subject,
    String host,
    int port,
    boolean tls,
    Optional<Proof> proof,
    Proxy proxy,
    Optional<Ask> ask,
    List<Statuses> good,
    List<String> services,
    List<String> withheld) {
  /** From 100 to 499: whoever answers 401 to a request without credentials is there. */
  static final List<Statuses> BELOW_500 = List.of(new Statuses(100, 499));

  public ProbeTarget {
    servers = List.copyOf(servers);
    good = List.copyOf(good);
    services = List.copyOf(services);
    withheld = List.copyOf(withheld);
  }

  /** Whoever we speak to is not proven, and nothing is withheld. */
  public ProbeTarget(
      Kind kind,
      List<ServerName> servers,
      String subject,
      String host,
      int port,
      boolean tls,
      Proxy proxy,
      Optional<Ask> ask,
      List<Statuses> good,
      List<String> services) {
    this(
        kind,
        servers,
        subject,
        host,
        port,
        tls,
        Optional.empty(),
        proxy,
        ask,
        good,
        services,
        List.of());
  }

  /** The same with what proves whom we speak to, if TLS is spoken. */
  ProbeTarget provenBy(Optional<Proof> by) {
    return new ProbeTarget(
        kind,
        servers,
        subject,
        host,
        port,
        tls,
        tls ? by : Optional.empty(),
        proxy,
        ask,
        good,
        services,
        withheld);
  }

  /** The same without what must not be said to whom nobody can prove. */
  ProbeTarget discreet() {
    List<String> secret =
        tls && proof.isEmpty() ? ask.map(SafeRequest::maybeSecret).orElse(List.of()) : List.of();
    return secret.isEmpty()
        ? this
        : new ProbeTarget(
            kind,
            servers,
            subject,
            host,
            port,
            true,
            proof,
            proxy,
            ask.map(it -> it.without(secret)),
            good,
            services,
            secret);
  }

  /** The same for other servers. */
  ProbeTarget of(List<ServerName> others) {
    return new ProbeTarget(
        kind, others, subject, host, port, tls, proof, proxy, ask, good, services, withheld);
  }

  /** What it is for. */
  public enum Kind {
    /** Does a server take connections. */
    TCP,
    /** Does a server answer the check of its pool. */
    CHECK,
    /** Does a server say that it serves what the inventory says. */
    CAPABILITIES,
    /** Does a server answer a request of a service that it serves. */
    SAFE,
    /** Is a request of a service answered through the load balancer. */
    OUTSIDE
  }

  /** What is said first. */
  public enum Proxy {
    NONE,
    /** {@code PROXY UNKNOWN}. */
    TEXT,
    /** LOCAL of version 2. */
    BINARY
  }

  /** Statuses from one to another, both included. */
  public record Statuses(int from, int to) {}

  /**
   * A request. It never has a body.
   *
   * @param host Host
   * @param headers others
   */
  public record Ask(String method, String path, String host, Map<String, String> headers) {
    public Ask {
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    Ask without(List<String> names) {
      Map<String, String> left = new LinkedHashMap<>(headers);
      left.keySet().removeAll(names);
      return new Ask(method, path, host, left);
    }

    @Override
    public String toString() {
      return method + " " + host + path;
    }
  }
}
