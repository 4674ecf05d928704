package dev.checkrail.read.haproxy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments that a fetch or converter takes, as HAProxy lists them: {@code
 * string[,integer,string]}, optional ones in brackets.
 *
 * @param types of all arguments, in order
 * @param required how many must be given
 */
public record Signature(List<Type> types, int required) {
  /** Takes nothing. */
  static final Signature NONE = new Signature(List.of(), 0);

  public Signature {
    types = List.copyOf(types);
  }

  /** Types of arguments, by the words of HAProxy's own listing. */
  public enum Type {
    INTEGER("integer", true),
    STRING("string", false),
    IPV4("IPv4 address", true),
    IPV4_MASK("IPv4 mask", true),
    IPV6("IPv6 address", true),
    IPV6_MASK("IPv6 mask", true),
    DELAY("delay", true),
    SIZE("size", true),
    FRONTEND("frontend", false),
    BACKEND("backend", false),
    TABLE("table", false),
    SERVER("server", true),
    USER_LIST("user list", true),
    MAP("map", false),
    REGEX("regex", false),
    VARIABLE("variable", false),
    PROTOBUF_FIELD("Protocol buffers field number", true);

    private final String word;
    private final boolean rejectsEmpty;

    Type(String word, boolean rejectsEmpty) {
      this.word = word;
      this.rejectsEmpty = rejectsEmpty;
    }

    /** The word in HAProxy's listing. */
    public String word() {
      return word;
    }

    boolean rejectsEmpty() {
      return rejectsEmpty;
    }

    private static Type of(String word) {
      return Arrays.stream(values())
          .filter(t -> t.word.equals(word))
          .findFirst()
          .orElseThrow(
              () -> new IllegalStateException("unknown argument type in registry: " + word));
    }
  }

  /** Parses the text between the parentheses of the listing; empty for no arguments. */
  static Signature of(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    int bracket = text.indexOf('[');
    List<Type> types = new ArrayList<>();
    int required = 0;
    String mandatory = bracket < 0 ? text : text.substring(0, bracket);
    for (String word : mandatory.split(",", -1)) {
      if (!word.isEmpty()) {
        types.add(Type.of(word));
        required++;
      }
    }
    if (bracket >= 0) {
      for (String word : text.substring(bracket + 1, text.length() - 1).split(",", -1)) {
        if (!word.isEmpty()) {
          types.add(Type.of(word));
        }
      }
    }
    return new Signature(types, required);
  }
}
