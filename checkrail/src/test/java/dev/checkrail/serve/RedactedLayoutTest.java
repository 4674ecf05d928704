package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the control plane logs, with the configuration that is shipped. */
class RedactedLayoutTest {
  private static String logged(String message, Throwable cause) throws Exception {
    LoggerContext context = new LoggerContext();
    JoranConfigurator shipped = new JoranConfigurator();
    shipped.setContext(context);
    shipped.doConfigure(RedactedLayoutTest.class.getResource("/logback.xml"));
    try {
      var appender = (ConsoleAppender<?>) context.getLogger("ROOT").getAppender("STDERR");
      @SuppressWarnings("unchecked")
      Encoder<Object> encoder = (Encoder<Object>) appender.getEncoder();
      var event =
          new LoggingEvent("", context.getLogger("dev.X"), Level.WARN, message, cause, null);
      return new String(encoder.encode(event), StandardCharsets.UTF_8);
    } finally {
      context.stop();
    }
  }

  @Test
  void neitherCardNumbersNorPasswordsAreLogged() throws Exception {
    assertThat(
            logged(
                "lb edge: HAProxy refuses 'add map x 4111 1111 1111 1111'",
                new IllegalStateException("postgresql://ada:s3cret-word@db/checkrail")))
        .contains("WARN  X: lb edge: HAProxy refuses")
        .doesNotContain("1111 1111", "s3cret-word");
  }

  @Test
  void timesDigestsAndPathsStay() throws Exception {
    String digest = "3b1f0c".repeat(10) + "abcd";
    assertThat(logged("version " + digest + " in /srv/checkrail/edge serves", null))
        .matches(
            "(?s)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARN  X: version "
                + digest
                + " in /srv/checkrail/edge serves\n");
  }
}
