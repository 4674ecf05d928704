package dev.checkrail.lint;

import dev.checkrail.model.ReferencedFile;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.function.Consumer;

/** {@code acl/empty-file}: a list or map without entries, which HAProxy takes without a word. */
final class AclEmptyFile implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (ReferencedFile file : scene.configuration().files()) {
      boolean list = file.kind() == ReferencedFile.Kind.LIST;
      boolean map = file.kind() == ReferencedFile.Kind.MAP;
      if ((list || map) && file.entries().isPresent() && file.entries().getAsInt() == 0) {
        found.accept(
            Scene.finding(
                RuleId.ACL_EMPTY_FILE,
                file.use(),
                file.span(),
                list
                    ? "the list " + file.path() + " has no entry: no request matches it"
                    : "the map "
                        + file.path()
                        + " has no entry: every request gets its default, or no value at all",
                "restore the file's content, or suppress this where entries are added at run time"));
      }
    }
  }
}
