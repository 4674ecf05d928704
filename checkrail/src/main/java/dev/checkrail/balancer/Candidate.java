package dev.checkrail.balancer;

import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.util.List;

/**
 * A configuration that is to be put in place, where it lies now.
 *
 * @param main its files in load order
 * @param beside everything else that comes with it: asked by a path relative to the folder of the
 *     first main file, or by the absolute path that the configuration names; what it does not have
 *     ({@code Absent}) stays as it is on the load balancer's disk
 */
public record Candidate(List<SourceFile> main, Files.Loader beside) {
  public Candidate {
    main = List.copyOf(main);
  }

  /** Main files only; maps and all else stay as they are. */
  public static Candidate of(List<SourceFile> main) {
    return new Candidate(main, path -> new Files.Lookup.Absent(path));
  }
}
