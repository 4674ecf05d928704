package dev.checkrail.gateway.books;

import dev.checkrail.gateway.acquirer.JournalFile;
import dev.checkrail.gateway.acquirer.Operation;
import dev.checkrail.gateway.acquirer.OperationJson;
import dev.checkrail.gateway.load.ClientLog;
import dev.checkrail.gateway.load.Step;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what three parties have written down, and compares it. */
public final class CheckBooks {
  private CheckBooks() {}

  /**
   * What is compared.
   *
   * @param database for a role that may read; the connection is read-only
   * @param acquirers by name: a journal file, or the URL of one that runs
   * @param controlToken for those that run
   */
  public record Settings(
      Source database,
      Map<String, String> acquirers,
      Optional<String> controlToken,
      Optional<Path> clientLog) {
    public Settings {
      acquirers = Map.copyOf(acquirers);
    }
  }

  /** Where the database is. Prints without the password. */
  public record Source(String url, String user, String password) {
    @Override
    public String toString() {
      return url;
    }
  }

  /**
   * Compares.
   *
   * @throws IOException if one of the three can't be read; its message is for people
   */
  public static BooksReport check(Settings settings) throws IOException, InterruptedException {
    GatewayBooks gateway;
    try {
      // First: what is approved in this snapshot is in the acquirers' books by then.
      gateway = ReadGateway.read(settings.database());
    } catch (SQLException e) {
      throw new IOException("the database " + settings.database() + ": " + e.getMessage(), e);
    }
    List<AcquirerBooks> acquirers = new ArrayList<>();
    for (Map.Entry<String, String> acquirer : settings.acquirers().entrySet()) {
      acquirers.add(
          new AcquirerBooks(
              acquirer.getKey(), operations(acquirer.getValue(), settings.controlToken())));
    }
    List<Step> steps =
        settings.clientLog().isPresent() ? ClientLog.read(settings.clientLog().get()) : List.of();
    return CompareBooks.compare(gateway, acquirers, steps);
  }

  private static List<Operation> operations(String where, Optional<String> token)
      throws IOException, InterruptedException {
    if (!where.startsWith("http://")) {
      try {
        return JournalFile.read(Path.of(where));
      } catch (IOException e) {
        throw new IOException("the journal " + where + ": " + e.getMessage(), e);
      }
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(where).resolve("/books"))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + token.orElse(""))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(
            where + " answers " + answer.statusCode() + "; it wants its control token");
      }
      return answer.body().lines().map(OperationJson::read).toList();
    } catch (IllegalArgumentException e) {
      throw new IOException(where + " gives no books: " + e.getMessage(), e);
    }
  }
}
