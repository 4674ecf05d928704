package dev.checkrail.serve.access;

/** A request is refused for who sends it. The message is for the sender: it gives nothing away. */
public final class Denied extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Kind {
    /** No token, or one that does not hold. */
    UNKNOWN(401),
    /** The name or the password is wrong. */
    WRONG_PASSWORD(401),
    /** Too many wrong passwords, or too many at once. */
    SLOW_DOWN(429),
    /** The token holds, and does not allow this. */
    NO_RIGHT(403),
    /** The one-time code is wrong, used or out of date. */
    WRONG_CODE(403);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    /** Status of the HTTP answer. */
    public int status() {
      return status;
    }
  }

  private final Kind kind;

  /** With a sentence for the sender. */
  public Denied(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** Why. */
  public Kind kind() {
    return kind;
  }
}
