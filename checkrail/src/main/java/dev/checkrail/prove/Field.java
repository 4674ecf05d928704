package dev.checkrail.prove;

/**
 * A part of the request as the client sent it, before any rewrite: what diagrams branch on.
 *
 * @param kind which part
 * @param name the header's name in lower case; for chance the number of the draw; else empty
 * @param bound for chance: how many numbers can be drawn; else 0
 */
record Field(Kind kind, String name, long bound) implements Comparable<Field> {

  /** The parts, in the order in which diagrams look at them. */
  enum Kind {
    /** The only, plain value of Host; may be absent, or stand for {@link #HEADER_LIST}. */
    HOST,
    /** The target up to {@code ?}; absent for a target that is no path. */
    PATH,
    METHOD,
    /** What follows the first {@code ?}; may be absent. */
    QUERY,
    /** The only, plain value of a header; may be absent, or stand for {@link #HEADER_LIST}. */
    HEADER,
    /** Four or sixteen bytes. */
    SOURCE,
    SOURCE_PORT,
    /** Four or sixteen bytes; only where the listener is bound to all addresses. */
    DESTINATION,
    /** Server name of a TLS connection that ends here; may be absent. */
    SERVER_NAME,
    /** First bytes passed through: absent if no TLS greeting, else U+0001 and the server name. */
    GREETING,
    VERSION,
    /**
     * Lines of one header joined by LF, where that is no plain value. Apart from {@link #HEADER},
     * because tests on plain values make small automata and tests on one of many values do not; and
     * after all others, because what is asked of one value together with another field would have
     * to be remembered for each value.
     */
    HEADER_LIST,
    /** A number drawn at one evaluation of {@code rand}. */
    CHANCE
  }

  static final Field HOST = new Field(Kind.HOST, "host", 0);
  static final Field PATH = new Field(Kind.PATH, "", 0);
  static final Field METHOD = new Field(Kind.METHOD, "", 0);
  static final Field QUERY = new Field(Kind.QUERY, "", 0);
  static final Field SOURCE = new Field(Kind.SOURCE, "", 0);
  static final Field SOURCE_PORT = new Field(Kind.SOURCE_PORT, "", 0);
  static final Field DESTINATION = new Field(Kind.DESTINATION, "", 0);
  static final Field SERVER_NAME = new Field(Kind.SERVER_NAME, "", 0);
  static final Field GREETING = new Field(Kind.GREETING, "", 0);
  static final Field VERSION = new Field(Kind.VERSION, "", 0);

  /** The word that stands for "absent"; no field can have it as its text. */
  static final String ABSENT = "\0";

  /** The word that stands for "see the list". */
  static final String LISTED = "\1";

  static Field header(String lowerCaseName) {
    return lowerCaseName.equals("host") ? HOST : new Field(Kind.HEADER, lowerCaseName, 0);
  }

  /** The lines of a header where they are no single plain value. */
  Field listed() {
    return new Field(Kind.HEADER_LIST, name, 0);
  }

  boolean isHeader() {
    return kind == Kind.HOST || kind == Kind.HEADER;
  }

  static Field chance(int draw, long bound) {
    return new Field(Kind.CHANCE, Integer.toString(draw), bound);
  }

  Value.Type type() {
    return switch (kind) {
      case HOST, PATH, METHOD, QUERY, HEADER, HEADER_LIST, SERVER_NAME, GREETING, VERSION ->
          Value.Type.TEXT;
      case SOURCE, DESTINATION -> Value.Type.ADDRESS;
      case SOURCE_PORT, CHANCE -> Value.Type.NUMBER;
    };
  }

  @Override
  public int compareTo(Field other) {
    int byKind = kind.compareTo(other.kind);
    if (byKind != 0) {
      return byKind;
    }
    int byLength = kind == Kind.CHANCE ? Integer.compare(name.length(), other.name.length()) : 0;
    return byLength != 0 ? byLength : name.compareTo(other.name);
  }
}
