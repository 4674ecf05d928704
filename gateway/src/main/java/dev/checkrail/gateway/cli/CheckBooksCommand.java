package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.books.BooksReport;
import dev.checkrail.gateway.books.CheckBooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code check-books}: the three numbers. */
@Command(
    name = "check-books",
    description = {
      "Compares the ledger with the acquirers' books and with what users were told.",
      "Reads only, entry by entry; corrects nothing."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  payment-gateway check-books --database-url jdbc:postgresql://127.0.0.1:5432/gateway \\",
      "      --database-user gateway_instance --database-password-file instance.password \\",
      "      --acquirer acq-a=/var/acq-a/journal.jsonl --acquirer acq-b=/var/acq-b/journal.jsonl"
          + " \\",
      "      --client-log client.jsonl",
      "",
      "Exit status: 0 the books agree, 1 they don't, 2 could not run."
    })
final class CheckBooksCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--database-url",
      required = true,
      paramLabel = "URL",
      description = "jdbc:postgresql://HOST:PORT/NAME")
  private @Nullable String url;

  @Option(
      names = "--database-user",
      paramLabel = "NAME",
      description = "A role that may read (${DEFAULT-VALUE}).")
  private String user = "gateway_instance";

  @Option(
      names = "--database-password-file",
      paramLabel = "FILE",
      description = "Holds its password.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--acquirer",
      required = true,
      paramLabel = "NAME=JOURNAL|URL",
      description = "An acquirer's books: its journal file, or where it runs.")
  private Map<String, String> acquirers = new LinkedHashMap<>();

  @Option(
      names = "--control-token-file",
      paramLabel = "FILE",
      description = "For acquirers that are given by URL.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--client-log",
      paramLabel = "FILE",
      description = "What users were told, as load writes it.")
  private @Nullable Path clientLog;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      description = "Of the result on stdout (${DEFAULT-VALUE}).")
  private LoadCommand.Format format = LoadCommand.Format.text;

  CheckBooksCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      BooksReport report =
          CheckBooks.check(
              new CheckBooks.Settings(
                  new CheckBooks.Source(
                      Objects.requireNonNull(url), user, content(passwordFile).orElse("")),
                  acquirers,
                  content(tokenFile),
                  Optional.ofNullable(clientLog)));
      terminal
          .out()
          .print(format == LoadCommand.Format.json ? report.json() + "\n" : report.text());
      terminal.out().flush();
      return report.isClean() ? 0 : 1;
    } catch (IOException e) {
      return terminal.refuse("can't compare: " + e.getMessage());
    }
  }

  private static Optional<String> content(@Nullable Path file) throws IOException {
    return file == null ? Optional.empty() : Optional.of(Files.readString(file).strip());
  }
}
