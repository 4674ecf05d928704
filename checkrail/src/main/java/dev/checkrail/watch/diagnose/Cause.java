package dev.checkrail.watch.diagnose;

import java.util.Locale;

/** Why users fail: the kinds of answers there are. */
public enum Cause {
  /** What the load balancer was told to do by a change of its files, ours or not. */
  LB_CHANGE,
  /** What it does without a change of its files: its memory, its old workers, its disk. */
  LB_RUNTIME,
  /** One server, or several, by themselves. */
  BACKEND,
  /** What all servers keep their data in. */
  DATABASE,
  /** A limit of requests that the servers enforce. */
  RATE_LIMIT,
  /** Who the servers ask for the money, and who those ask. */
  ACQUIRER,
  /** More honest users than there is room for, or the same ones again and again. */
  SURGE,
  /** Somebody who means harm. */
  ABUSE,
  /** One client's program. */
  MERCHANT,
  /** A change of something else: a deploy, a migration, a certificate. */
  OTHER_CHANGE,
  /** Names and the way to a server. */
  NETWORK,
  /** Nothing is known to be wrong; we do not see. */
  OBSERVER,
  /** Nobody is harmed. */
  NONE;

  /** As it is written: {@code lb-change}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
