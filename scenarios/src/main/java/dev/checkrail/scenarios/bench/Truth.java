package dev.checkrail.scenarios.bench;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was really done, and which answers to it are right.
 *
 * @param first causes of which any is right in the first place, in the words of the product
 * @param both causes of which each has to be among the first two; empty if one of {@code first} is
 *     enough
 * @param wanted what is to come of it
 * @param what was done, in a sentence
 * @param nonce so that nobody guesses the digest's text
 */
record Truth(
    int scenario,
    String name,
    List<String> first,
    List<String> both,
    Wanted wanted,
    String what,
    String nonce) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  Truth {
    first = List.copyOf(first);
    both = List.copyOf(both);
  }

  /** What is to come of a fault. */
  enum Wanted {
    /** Its cause is published. */
    CAUSE,
    /** A ticket at most, and if something is named, the right one; nobody is woken. */
    TICKET,
    /** Nobody is woken. What is named all the same, for a ticket at most, is counted by itself. */
    NOTHING
  }

  /** All causes that are part of it. */
  Set<String> causes() {
    Set<String> all = new TreeSet<>(first);
    all.addAll(both);
    return all;
  }

  /** As one line of JSON. */
  String json() {
    return JSON.writeValueAsString(this);
  }

  /** Reads what {@link #json} wrote. */
  static Truth read(String json) {
    return JSON.readValue(json, Truth.class);
  }

  /** SHA-256 of {@link #json}: shown before, compared after. */
  String digest() {
    return digest(json());
  }

  static String digest(String json) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
