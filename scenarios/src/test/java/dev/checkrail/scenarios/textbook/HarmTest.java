package dev.checkrail.scenarios.textbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HarmTest {
  private static final Instant SINCE = Instant.parse("2024-08-18T10:00:00Z");

  @TempDir Path folder;

  @Test
  void aMisroutedPaymentCountsFromWhenItCameIn() {
    String line =
        "checkrail/1 1723975205000 127.0.0.1:1 127.0.0.1:2 fe_public be_reports/rep-1"
            + " 0/0/0/-1/5000 504 198 sH-- 9/9/9/9/0 0/0 \"id\" c pay-eu.example.com >0 <0"
            + " \"POST /v1/payments HTTP/1.1\"";

    assertThat(Harm.payment(line, "be_reports")).contains(Instant.ofEpochMilli(1723975200000L));
    assertThat(Harm.payment(line, "be_pay")).isEmpty();
    assertThat(Harm.payment(line.replace("POST", "GET"), "be_reports")).isEmpty();
    assertThat(Harm.payment("127.0.0.1:1 some other line", "be_reports")).isEmpty();
  }

  @Test
  void failuresAreSeenAndPurchasesAreLostAtTheirEnd() throws IOException {
    Path log = folder.resolve("users.client.jsonl");
    Files.writeString(
        log,
        """
        {"told":"failed","attempts":[{"end":"2024-08-18T10:00:05Z","status":504},{"end":"2024-08-18T10:00:11Z","status":0}]}
        {"told":"done","attempts":[{"end":"2024-08-18T10:00:07Z","status":503},{"end":"2024-08-18T10:00:08Z","status":201}]}
        {"told":"declined","attempts":[{"end":"2024-08-18T10:00:07Z","status":402}]}
        {"told":"failed","attempts":[{"end":"2024-08-18T09:59:59Z","status":503}]}
        """);

    Harm harm = Harm.read(Files.createFile(folder.resolve("log")), "p", List.of(log), SINCE);

    assertThat(harm.firstMisrouted()).isEmpty();
    assertThat(harm.firstFailure()).contains(SINCE.plusSeconds(5));
    assertThat(harm.failuresBy(SINCE.plusSeconds(8))).isEqualTo(2);
    assertThat(harm.lostBy(SINCE.plusSeconds(10))).isZero();
    assertThat(harm.lostBy(SINCE.plusSeconds(11))).isEqualTo(1);
  }
}
