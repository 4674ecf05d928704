package dev.checkrail.scenarios.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScenariosTest {
  private static final Set<String> CAUSES =
      Set.of(
          "lb-change",
          "lb-runtime",
          "backend",
          "database",
          "rate-limit",
          "acquirer",
          "surge",
          "abuse",
          "merchant",
          "other-change",
          "network",
          "observer",
          "none");

  @Test
  void eachOfThe45IsInjectedOrItIsSaidWhyNot() {
    List<Integer> numbers =
        new ArrayList<>(Scenarios.all().stream().map(Scenario::number).toList());
    numbers.addAll(Scenarios.left().keySet());
    assertThat(numbers)
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 45).boxed().toList());
  }

  @Test
  void causesAreWordsOfTheProduct() {
    assertThat(Scenarios.all())
        .allSatisfy(one -> {
          assertThat(CAUSES).containsAll(one.first()).containsAll(one.both());
          assertThat(one.what()).isNotEmpty();
          assertThat(one.signals()).isNotEmpty();
        });
  }

  @Test
  void editsTouchWhatTheyName() {
    String text = "frontend fe\n    acl is_pay path /pay\n    default_backend be\n";
    assertThat(Edge.after(text, "acl is_pay", "    acl is_pay path /too"))
        .isEqualTo(
            "frontend fe\n    acl is_pay path /pay\n    acl is_pay path /too\n"
                + "    default_backend be\n");
    assertThat(Edge.before(text, "default_backend", "    use_backend x if is_pay"))
        .contains("    use_backend x if is_pay\n    default_backend be\n");
    assertThat(Edge.without(text, "acl ")).isEqualTo("frontend fe\n    default_backend be\n");
    assertThat(Edge.line(text, "default_backend", it -> it + "2")).endsWith("be2\n");
  }

  @Test
  void theCommandLineIsUnderstoodAndItsErrorsAreNamed() {
    Path home = Path.of("/home");
    BenchOptions some =
        BenchOptions.parse(
            List.of("--only", "1,9", "--seeds=3", "--loads", "60", "--resume"), home);
    assertThat(some.only()).containsExactly(1, 9);
    assertThat(some.seeds()).containsExactly(3L);
    assertThat(some.loads()).containsExactly(60.0);
    assertThat(some.resume()).isTrue();
    assertThat(some.out()).containsExactly(Path.of("/home/.checkrail/fault-bench"));
    assertThat(BenchOptions.parse(List.of("--table", "--out", "/a", "--out=/b"), home).out())
        .containsExactly(Path.of("/a"), Path.of("/b"));
    assertThatThrownBy(() -> BenchOptions.parse(List.of("--out", "/a", "--out", "/b"), home))
        .hasMessage("several --out are for --table only");
    assertThatThrownBy(() -> BenchOptions.parse(List.of("--only", "99"), home))
        .hasMessage("there is no scenario 99");
    assertThatThrownBy(() -> BenchOptions.parse(List.of("--fast"), home))
        .hasMessage("fault-bench knows no '--fast'");
    assertThatThrownBy(() -> BenchOptions.parse(List.of("--seeds"), home))
        .hasMessage("--seeds wants a value");
  }
}
