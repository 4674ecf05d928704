package dev.checkrail.model;

/** What a frontend or pool speaks. */
public enum Mode {
  HTTP,
  TCP
}
