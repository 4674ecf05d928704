package dev.checkrail.prove;

/** A concrete value of a sample. */
sealed interface Value {

  /** Kinds of values. */
  enum Type {
    TEXT,
    NUMBER,
    ADDRESS,
    FLAG
  }

  /** Bytes, one {@code char} each. */
  record Text(String text) implements Value {}

  /** 64 bit signed. */
  record Number(long number) implements Value {}

  /** Four or sixteen {@code char}s, one per byte. */
  record Address(String bytes) implements Value {}

  /** True or false. */
  record Flag(boolean set) implements Value {}

  /** As the proxy casts it to text; flags are 0 and 1. */
  default String asText() {
    return switch (this) {
      case Text text -> text.text();
      case Number number -> Long.toString(number.number());
      case Address address -> Addresses.text(address.bytes());
      case Flag flag -> flag.set() ? "1" : "0";
    };
  }
}
