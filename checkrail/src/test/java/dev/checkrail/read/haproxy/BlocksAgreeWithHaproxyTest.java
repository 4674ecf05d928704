package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions of {@code .if}, evaluated by us and by {@code haproxy -cc}. */
class BlocksAgreeWithHaproxyTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("A", "one", "EMPTY", "");

  private static final String[] PIECES = {
    "1",
    "0",
    "!",
    "!!",
    "(",
    ")",
    "&&",
    "||",
    " ",
    " ",
    "defined(A)",
    "defined(B)",
    "defined(EMPTY)",
    "feature(OPENSSL)",
    "feature(AVX)",
    "streq(a,a)",
    "streq(a,b)",
    "strneq(a,b)",
    "streq(a)",
    "version_atleast(2.6)",
    "version_before(2.6.12)",
    "defined",
    "0x1f",
    "07",
    "-1",
    "x",
    "|",
    "&"
  };

  @Test
  void randomExpressionsHaveTheSameValue() {
    RealHaproxy.assumeInstalled();
    Random random = new Random(Long.getLong("checkrail.seed", 20240818L));
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = 1 + random.nextInt(7); n > 0; n--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      if (!text.toString().isBlank()) {
        compare(text.toString().strip());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version_atleast(2.6.12-1+deb12u3)",
        "version_atleast(2.6.12-2)",
        "version_atleast(2.6-dev3)",
        "version_before(2.7-dev0)",
        "version_atleast(2.6.12.1)",
        "version_atleast(foo)",
        "version_atleast(2.6.)",
        "version_atleast()",
        "openssl_version_atleast(3.0.0)",
        "openssl_version_atleast(3.0.1)",
        "openssl_version_atleast(3.1.0)",
        "openssl_version_before(1.1.1k)",
        "openssl_version_atleast(3.0)",
        "ssllib_name_startswith(OpenSSL)",
        "ssllib_name_startswith(Libre)",
        "enabled(splice)",
        "0 && openssl_version_atleast(3.0)",
        "streq(\\,,a)",
        "1 && (0 || !defined(B)) && streq(one,one)",
      })
  void wellKnownExpressionsHaveTheSameValue(String text) {
    RealHaproxy.assumeInstalled();
    compare(text);
  }

  private static void compare(String text) {
    int theirs = RealHaproxy.run(ENVIRONMENT, "-cc", text).status();
    // "-cc" cuts its argument into words and joins them, as a line of a file.
    Reading reading = Text.read(".if " + text + "\n.notice taken\n.endif\n", ENVIRONMENT);
    boolean taken = reading.problems().stream().anyMatch(p -> p.message().contains("taken"));
    boolean wrong = reading.problems().stream().anyMatch(p -> p.code().equals("read/syntax"));
    assertThat(wrong ? 2 : taken ? 0 : 1).as("<%s> %s", text, reading.problems()).isEqualTo(theirs);
  }
}
