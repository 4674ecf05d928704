package dev.checkrail.policy;

import dev.checkrail.model.Match.Network;
import dev.checkrail.source.Span;
import java.util.List;

/**
 * A set of requests, each <b>as the client sent it to the listener</b>, before any rewrite: the
 * union of its parts.
 *
 * @param span where the set is written
 */
public record RequestSet(List<Part> parts, Span span) {
  public RequestSet {
    parts = List.copyOf(parts);
  }

  /** One part of the union. */
  public sealed interface Part {
    /** Where it is written. */
    Span span();
  }

  /** All requests of a service; {@link Policy#service} has it. */
  public record Named(String service, Span span) implements Part {}

  /**
   * Requests that fulfil all of these; an empty list asks for nothing (but see {@code from}).
   *
   * @param paths globs on the raw target up to {@code ?}; one of them fits
   * @param hosts one of them fits; a request without Host fits none
   * @param methods one of them, case-sensitive
   * @param headers all of them hold
   * @param from where the client's address lies
   * @param listeners the request comes in on one of these: a listener's key as in the bind line
   *     ({@code 127.0.0.1:8080}, {@code *:443}) or the name of a frontend, which stands for all its
   *     listeners; empty means all HTTP listeners
   * @param except minus the requests of these services
   * @param irregular false: well-formed requests only. True lifts that: the set holds requests of
   *     any form that fulfil the rest, where {@code paths} compares the raw target and {@code
   *     hosts} the raw Host
   */
  public record Clause(
      List<PathGlob> paths,
      List<HostPattern> hosts,
      List<String> methods,
      List<HeaderTest> headers,
      Sources from,
      List<String> listeners,
      List<Named> except,
      boolean irregular,
      Span span)
      implements Part {
    public Clause {
      paths = List.copyOf(paths);
      hosts = List.copyOf(hosts);
      methods = List.copyOf(methods);
      headers = List.copyOf(headers);
      listeners = List.copyOf(listeners);
      except = List.copyOf(except);
    }
  }

  /**
   * Client addresses: in one of {@code in} (anywhere if it is empty) and in none of {@code out}. A
   * network's host bits may be set and don't count.
   */
  public record Sources(List<Network> in, List<Network> out) {
    public Sources {
      in = List.copyOf(in);
      out = List.copyOf(out);
    }

    /** Every address. */
    public static Sources any() {
      return new Sources(List.of(), List.of());
    }

    /** Whether every address lies in it. */
    public boolean isAny() {
      return in.isEmpty() && out.isEmpty();
    }
  }

  /** A test of the lines of one header; the name is compared without case, and in lower case. */
  public sealed interface HeaderTest {
    /** The header's name in lower case. */
    String name();
  }

  /** There is a line of this header. */
  public record HeaderPresent(String name) implements HeaderTest {}

  /** There is no line of this header. */
  public record HeaderAbsent(String name) implements HeaderTest {}

  /** One of the header's lines, without white space at its ends, equals one of the values. */
  public record HeaderIs(String name, List<String> values) implements HeaderTest {
    public HeaderIs {
      values = List.copyOf(values);
    }
  }
}
