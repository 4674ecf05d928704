package dev.checkrail.cli;

import dev.checkrail.settings.RestoreOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** For help and completion: the launcher starts it with the libraries of the control plane. */
@Command(name = "restore", sortOptions = false)
final class ServeRestore extends Answering {
  @Mixin private RestoreOptions options = new RestoreOptions();

  ServeRestore(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    throw CannotRun.usage(
        "a backup is put back by the launcher", "run bin/checkrail serve restore");
  }
}
