package dev.checkrail.balancer.haproxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How files looked when they were read: device, inode, size, time of the last write and of the last
 * change of any kind. The latter can't be set by hand, so a file that was put there with old times
 * is noticed. Two writes within one tick of the file system's clock look alike; so a look that is
 * younger than a second when it is taken counts for nothing.
 */
final class Looks {
  private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime,ctime";
  private static final String NOTHING = "nothing";
  private static final long YOUNG_MILLIS = 1000;

  private final Map<String, String> looks = new LinkedHashMap<>();
  private boolean settled;

  void forget() {
    looks.clear();
    settled = true;
  }

  /** Remembers how a path looks now; the first look counts. */
  void note(String path) {
    looks.computeIfAbsent(
        path,
        it -> {
          try {
            Map<String, Object> seen = Files.readAttributes(Path.of(it), ATTRIBUTES);
            // By the system's clock, as the file system stamps; one from the future is young, too.
            if (seen.get("ctime") instanceof FileTime changed
                && System.currentTimeMillis() - changed.toMillis() < YOUNG_MILLIS) {
              settled = false;
            }
            return word(seen);
          } catch (IOException | IllegalArgumentException e) {
            return NOTHING;
          }
        });
  }

  /** Whether all of it looks the same now. */
  boolean same() {
    return settled
        && !looks.isEmpty()
        && looks.entrySet().stream().allMatch(one -> now(one.getKey()).equals(one.getValue()));
  }

  private static String now(String path) {
    try {
      return word(Files.readAttributes(Path.of(path), ATTRIBUTES));
    } catch (IOException | IllegalArgumentException e) {
      return NOTHING;
    }
  }

  private static String word(Map<String, Object> seen) {
    return seen.get("dev")
        + " "
        + seen.get("ino")
        + " "
        + seen.get("size")
        + " "
        + seen.get("lastModifiedTime")
        + " "
        + seen.get("ctime");
  }
}
