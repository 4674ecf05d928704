package dev.checkrail.serve;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts JSON. Follows no redirect, trusts certificates as the JVM does, waits three seconds for a
 * connection and ten for an answer, and reads no more of it than its status. Safe for many threads.
 */
final class Posting implements AutoCloseable {
  private static final Duration CONNECTING = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECTING)
          .build();

  /**
   * What became of it.
   *
   * @param why why it was not taken; "" if it was
   * @param lasting whether the same would be refused again: later ones need not wait for it
   */
  record Result(boolean taken, boolean lasting, String why) {
    static final Result TAKEN = new Result(true, false, "");

    static Result failed(String why) {
      return new Result(false, false, why);
    }
  }

  Result post(URI url, byte[] body, Map<String, String> headers) throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("User-Agent", "checkrail")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    CompletableFuture<HttpResponse<InputStream>> sent =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try {
      HttpResponse<InputStream> response = sent.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      response.body().close();
      return result(response.statusCode());
    } catch (TimeoutException e) {
      return Result.failed("no answer within " + PATIENCE.toSeconds() + " s");
    } catch (IOException e) {
      return Result.failed(said(e));
    } catch (ExecutionException e) {
      return Result.failed(said(e.getCause() == null ? e : e.getCause()));
    } finally {
      sent.cancel(true);
    }
  }

  private static Result result(int status) {
    if (status >= 200 && status < 300) {
      return Result.TAKEN;
    }
    boolean lasting =
        status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
    return new Result(
        false,
        lasting,
        "answered " + status + (status >= 300 && status < 400 ? ", a redirect: not followed" : ""));
  }

  private static String said(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
