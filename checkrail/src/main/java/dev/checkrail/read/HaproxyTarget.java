package dev.checkrail.read;

import dev.checkrail.read.haproxy.Target;
import java.util.Map;
import java.util.Optional;

/**
 * What a HAProxy configuration is meant for.
 *
 * @param binary version, features and environment
 * @param root a folder under which absolute paths are looked up first
 * @param workingDirectory where HAProxy is started; the folder of the first file if empty
 */
public record HaproxyTarget(
    Target binary, Optional<String> root, Optional<String> workingDirectory) {

  /** Debian 12's HAProxy 2.6.12 with these variables, started in the configuration's folder. */
  public static HaproxyTarget debian12(Map<String, String> environment) {
    return new HaproxyTarget(Target.debian12(environment), Optional.empty(), Optional.empty());
  }
}
