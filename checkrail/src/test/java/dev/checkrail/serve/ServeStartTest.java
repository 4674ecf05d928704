package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code serve} says of options that can't be, before it makes anything. */
class ServeStartTest {
  @TempDir private Path folder;

  private record Said(int status, String text) {}

  private Said serve(String listen) throws Exception {
    Process process =
        FaultsTest.java(
            Map.of(),
            "dev.checkrail.serve.Main",
            "--listen",
            listen,
            "--data",
            folder.resolve("data").toString());
    String text = new String(process.getInputStream().readAllBytes());
    return new Said(process.waitFor(), text);
  }

  @ParameterizedTest
  @CsvSource({
    "no-such-host.invalid, no host named no-such-host.invalid is known",
    "no-such-host.invalid:80, no host named no-such-host.invalid is known",
    "8460, '--listen takes HOST:PORT, such as 127.0.0.1:8460, not 8460'",
    ":8460, '--listen takes HOST:PORT, such as 127.0.0.1:8460, not :8460'",
    "127.0.0.1:99999, --listen takes HOST:PORT",
    "127.0.0.1:http, --listen takes HOST:PORT",
    "0.0.0.0:0, tokens would cross the network in the clear",
    "192.0.2.77:0, tokens would cross the network in the clear",
  })
  void aPlaceThatCanNotBeListenedOnIsSaid(String listen, String words) throws Exception {
    Said said = serve(listen);
    assertThat(said.status()).as(said.text()).isEqualTo(2);
    assertThat(said.text()).contains(words);
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void ofATakenAddressNoDatabaseIsMade() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String place = "127.0.0.1:" + taken.getLocalPort();
      Said said = serve(place);
      assertThat(said.status()).as(said.text()).isEqualTo(2);
      assertThat(said.text())
          .isEqualToIgnoringWhitespace(
              "checkrail: can't listen on " + place + ": the address is taken (see 'ss -ltnp')");
      assertThat(folder.resolve("data")).doesNotExist();
    }
  }
}
