package dev.checkrail.gateway.api;

import static dev.checkrail.gateway.World.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Setup;
import dev.checkrail.gateway.operations.JsonLayout;
import dev.checkrail.gateway.store.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** No number and no CVC that was used is in any answer, log, metric, table, file or book. */
class SecretsTest {
  private static final List<String> NUMBERS =
      List.of(
          "4242424242424242",
          "5555555555554444",
          "378282246310005",
          "4000000000000002",
          "4000000000011017",
          "4000000000011025",
          "4000000000011033",
          "4532015112830366",
          "4242424242424241");
  private static final String CVC = "8391";

  @TempDir Path folder;

  @Test
  void cardNumbersAndCvcsAreNowhere() throws Exception {
    Queue<String> logs = new ConcurrentLinkedQueue<>();
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger("dev.checkrail");
    AppenderBase<ILoggingEvent> everything =
        new AppenderBase<>() {
          private final JsonLayout layout = new JsonLayout();

          @Override
          protected void append(ILoggingEvent event) {
            logs.add(layout.doLayout(event));
            logs.add(event.getFormattedMessage()); // before anything is masked
          }
        };
    everything.setContext(context);
    everything.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(everything);
    root.setLevel(Level.TRACE);
    List<String> seen = new ArrayList<>();
    try (World world = new World(folder)) {
      Setup setup = new Setup();
      Gateway gateway = world.serve(setup);
      for (String number : NUMBERS) {
        String body = World.sale(77, number).replace("737", CVC);
        String key = fresh();
        seen.add(world.post(gateway, "/v1/payments", key, body).body());
        seen.add(world.post(gateway, "/v1/payments", key, body).body());
        seen.add(world.post(gateway, "/v1/payments", key, body.replace("77", "78")).body());
        seen.add(world.post(gateway, "/v1/payments", number, body).body());
        seen.add(world.post(gateway, "/v1/payments", fresh(), body + "}").body());
        seen.add(world.post(gateway, "/v1/payments/" + number, fresh(), body).body());
        seen.add(world.get(gateway, "/v1/payments?after=" + number).body());
        seen.add(world.post(gateway, "/v1/payments", fresh(), body, number).body());
        seen.add(
            world
                .create(
                    gateway,
                    body.replace("\"card\"", "\"description\":\"" + number + "\",\"card\""))
                .body());
      }
      world.admin(gateway, "/admin/faults", "{\"error_share\":1}");
      seen.add(world.create(gateway, World.sale(1)).body());
      seen.add(world.get(gateway, "/metrics").body());
      seen.add(world.get(gateway, "/v1/payments?limit=100").body());
    } finally {
      context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(everything);
      root.setLevel(null);
    }
    assertThat(logs).isNotEmpty();
    seen.addAll(logs);
    seen.addAll(tables());
    seen.addAll(files(folder));
    String all = String.join("\n", seen);
    for (String number : NUMBERS) {
      assertThat(all.contains(number)).as(number.substring(0, 6) + "…").isFalse();
      assertThat(all.contains(number.substring(0, 12))).as("most of a number").isFalse();
    }
    // Four digits may occur by chance; a CVC beside its name may not.
    assertThat(all).doesNotContain("\"" + CVC + "\"", "cvc=" + CVC, "cvc\":" + CVC);
  }

  private static List<String> tables() throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection connection = TestDatabase.owner();
        Statement statement = connection.createStatement()) {
      for (String table :
          List.of(
              "payments", "attempts", "cards", "idempotency_keys", "ledger_entries", "outbox")) {
        try (ResultSet row = statement.executeQuery("select t::text from " + table + " t")) {
          while (row.next()) {
            rows.add(row.getString(1));
          }
        }
      }
    }
    return rows;
  }

  private static List<String> files(Path folder) throws Exception {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        texts.add(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return texts;
  }
}
