package dev.checkrail.balancer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of a few megabytes, to be filled up. Needs root and the right to mount. */
public final class SmallDisk implements AutoCloseable {
  public final Path folder;
  private final Path filler;

  /** Skips the test, saying why, where nothing may be mounted. */
  public SmallDisk(Path folder, int megabytes) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.filler = folder.resolve("filler");
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "mode=711,size=" + megabytes + "m", "disk", folder + ""),
        "a full disk needs a small file system, and this user may not mount one");
  }

  /** Leaves so many bytes free, rounded down to pages. */
  public void fillUpTo(long free) throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (Files.getFileStore(folder).getUnallocatedSpace() > free) {
        out.write(page);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  public void empty() throws IOException {
    Files.deleteIfExists(filler);
  }

  private static boolean run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  @Override
  public void close() throws Exception {
    if (!run("umount", folder.toString())) {
      boolean unused = run("umount", "-l", folder.toString());
    }
  }
}
