package dev.checkrail.watch.diagnose;

import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Fit;
import dev.checkrail.watch.traffic.Spread;

/** Requests of one cell, added up. Confined. */
final class Sums {
  final double[] counts = new double[Kind.values().length];
  double requests;
  double retries;
  double queueMillis;
  double connectMillis;
  double wrongWay;
  final Spread times = new Spread();

  double of(Kind kind) {
    return counts[kind.ordinal()];
  }

  double failures() {
    double sum = 0;
    for (Kind kind : Kind.values()) {
      sum += kind.failure ? of(kind) : 0;
    }
    return sum;
  }

  void add(Sums other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    requests += other.requests;
    retries += other.retries;
    queueMillis += other.queueMillis;
    connectMillis += other.connectMillis;
    wrongWay += other.wrongWay;
    times.add(other.times);
  }

  void add(Moment.Flow flow) {
    var ended = flow.ended();
    requests += ended.requests();
    double queued = state(flow, "sQ") + state(flow, "CQ");
    double refused = state(flow, "SC") + state(flow, "sC");
    double late = ended.of(Band.TIMED_OUT);
    double inQueue = Math.min(late, state(flow, "sQ"));
    double connecting = Math.min(late - inQueue, state(flow, "sC"));
    put(Kind.QUEUE_TIMEOUT, inQueue);
    put(Kind.TIMEOUT, late - inQueue - connecting);
    double errors = ended.of(Band.ERROR);
    double noServer = Math.min(errors, Math.max(0, refused - connecting));
    put(Kind.CONNECT, connecting + noServer);
    double rejected =
        Math.min(errors - noServer, Math.max(0, queued - inQueue - state(flow, "CQ")));
    put(Kind.QUEUE_TIMEOUT, rejected);
    put(Kind.ERROR, errors - noServer - rejected);
    put(Kind.GAVE_UP, ended.of(Band.GAVE_UP));
    put(Kind.BROKEN, ended.of(Band.BROKEN));
    put(Kind.REDIRECTED, ended.of(Band.REDIRECTED));
    put(Kind.PENDING, ended.of(Band.PENDING));
    for (Band band : Band.values()) {
      Kind.refusal(band).ifPresent(kind -> put(kind, ended.of(band)));
    }
    retries += flow.retries();
    queueMillis += flow.queueMillis();
    connectMillis += flow.connectMillis();
    if (flow.fit() == Fit.MISROUTED || flow.unserved()) {
      wrongWay += ended.requests();
    }
    times.add(flow.times());
  }

  /** What the socket counts of a server: an answer that failed is too late, mostly. */
  void add(Moment.Came came) {
    requests += came.completed() + came.responseErrors() + came.clientAborts();
    put(Kind.ERROR, came.statuses5xx());
    put(Kind.TIMEOUT, came.responseErrors());
    put(Kind.GAVE_UP, came.clientAborts());
    put(Kind.REFUSED, came.statuses4xx());
    put(Kind.REDIRECTED, came.statuses3xx());
    retries += came.retries();
  }

  private void put(Kind kind, long count) {
    put(kind, (double) count);
  }

  private void put(Kind kind, double count) {
    counts[kind.ordinal()] += count;
  }

  private static double state(Moment.Flow flow, String state) {
    return flow.terminations().getOrDefault(state, 0L);
  }

  /** How many took longer than this. */
  double slowerThan(int millis) {
    if (times.count() == 0) {
      return 0;
    }
    double low = 0;
    double high = 1;
    if (times.quantile(1) <= millis) {
      return 0;
    }
    for (int i = 0; i < 16; i++) {
      double middle = (low + high) / 2;
      if (times.quantile(Math.max(middle, 1e-9)) <= millis) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (1 - low) * times.count();
  }
}
