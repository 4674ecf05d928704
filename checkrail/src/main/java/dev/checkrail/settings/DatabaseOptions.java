package dev.checkrail.settings;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name one's own database instead of an embedded one. */
public final class DatabaseOptions {
  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description = "Your own PostgreSQL, jdbc:postgresql://HOST/NAME, instead of an embedded one.")
  private @Nullable String url;

  @Option(
      names = "--database-user",
      paramLabel = "NAME",
      description =
          "Its role. Default: checkrail. If it may make roles, it owns the tables and the work is"
              + " done as another one, which can't change the journal.")
  private String user = "checkrail";

  @Option(
      names = "--database-password-file",
      paramLabel = "FILE",
      description = "Its password. Default: the variable CHECKRAIL_DATABASE_PASSWORD.")
  private @Nullable Path password;

  @Option(
      names = "--database-owner",
      paramLabel = "NAME",
      description =
          "The role that owns the tables, if it is not --database-user: that one can't change the"
              + " journal then.")
  private @Nullable String owner;

  @Option(
      names = "--database-owner-password-file",
      paramLabel = "FILE",
      description = "Its password. Default: the variable CHECKRAIL_DATABASE_OWNER_PASSWORD.")
  private @Nullable Path ownerPassword;

  public Optional<String> url() {
    return Optional.ofNullable(url);
  }

  public String user() {
    return user;
  }

  public Optional<Path> password() {
    return Optional.ofNullable(password);
  }

  public Optional<String> owner() {
    return Optional.ofNullable(owner);
  }

  public Optional<Path> ownerPassword() {
    return Optional.ofNullable(ownerPassword);
  }
}
