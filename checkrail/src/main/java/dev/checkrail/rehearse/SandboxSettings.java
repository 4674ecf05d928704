package dev.checkrail.rehearse;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a sandbox is opened.
 *
 * @param haproxy the binary; empty looks in {@code PATH}, then in the sbin folders
 * @param mode which kind of sandbox
 * @param temporary where the working folders of all sandboxes of this user are made, in {@code
 *     checkrail-UID}
 */
public record SandboxSettings(Optional<Path> haproxy, Wanted mode, Path temporary) {
  /** Which kind of sandbox is wanted. */
  public enum Wanted {
    /** Namespaces if the machine allows them, else loopback. */
    BEST,
    /** Namespaces or nothing. */
    NAMESPACE,
    /** The machine's own loopback device, also where namespaces are allowed. */
    LOOPBACK
  }

  /** The binary in the path, the best sandbox there is, the system's folder for temporary files. */
  public static SandboxSettings standard() {
    return new SandboxSettings(
        Optional.empty(), Wanted.BEST, Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
  }

  /** The same with this binary. */
  public SandboxSettings haproxy(Path binary) {
    return new SandboxSettings(Optional.of(binary), mode, temporary);
  }

  /** The same with this kind of sandbox. */
  public SandboxSettings mode(Wanted wanted) {
    return new SandboxSettings(haproxy, wanted, temporary);
  }

  /** The same with its folders made here. */
  public SandboxSettings temporary(Path folder) {
    return new SandboxSettings(haproxy, mode, folder);
  }
}
