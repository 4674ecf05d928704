package dev.checkrail.path;

import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.source.Files;
import java.util.List;

/**
 * One configuration, as the edge of the program found it.
 *
 * @param name as the user gave it: a file or a folder
 * @param files where its files come from; remembers all that was asked for
 * @param paths the configuration files in load order
 * @param target what it is meant for
 */
public record Subject(String name, Files files, List<String> paths, HaproxyTarget target) {
  public Subject {
    paths = List.copyOf(paths);
  }
}
