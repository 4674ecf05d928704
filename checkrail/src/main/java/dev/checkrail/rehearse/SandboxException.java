package dev.checkrail.rehearse;

import java.io.IOException;

/** The sandbox cannot do its work; the message says what happened and what to do. */
public final class SandboxException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Kind {
    /** No HAProxy binary, or one that does not run. */
    HAPROXY_MISSING,
    /** A namespace was asked for and this machine refuses it. */
    NAMESPACE_REFUSED,
    /** The working folder cannot be made or written. */
    FOLDER,
    /** The agent could not do what it was asked; the sandbox can still be used. */
    QUESTION_FAILED,
    /** Without namespaces HAProxy could speak to somebody else with this configuration. */
    CANNOT_CONFINE,
    /** HAProxy does not start on the sandbox's copy of a configuration. */
    COPY_REFUSED,
    /** The agent is gone or does not answer; the sandbox is of no use any more. */
    AGENT_LOST
  }

  private final Kind kind;

  SandboxException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }
}
