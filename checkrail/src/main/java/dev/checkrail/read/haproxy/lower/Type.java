package dev.checkrail.read.haproxy.lower;

/** Types of samples [7.3]. */
enum Type {
  FLAG,
  NUMBER,
  ADDRESS,
  TEXT,
  BINARY,
  METHOD,
  ANY
}
