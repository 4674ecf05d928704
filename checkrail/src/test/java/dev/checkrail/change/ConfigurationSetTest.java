package dev.checkrail.change;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.change.ConfigurationSet.Item;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationSetTest {
  private static final Item MAIN = file("/etc/haproxy/haproxy.cfg", "global\n");
  private static final Item MAP = file("/etc/haproxy/routes.map", "a be_a\n");
  private static final Item LIST = file("/etc/haproxy/bad.lst", "/evil\n");

  @Test
  void theOrderInWhichFilesWereAskedForDoesNotChangeTheDigest() {
    assertThat(set(MAIN, MAP, LIST).digest()).isEqualTo(set(MAIN, LIST, MAP).digest());
  }

  @Test
  void oneByteOfAMapChangesTheDigest() {
    assertThat(set(MAIN, MAP).digest())
        .isNotEqualTo(set(MAIN, file(MAP.path(), "a be_b\n")).digest());
  }

  @Test
  void aMissingFileIsAPartOfTheSet() {
    String without = set(MAIN).digest();
    String missing = set(MAIN, Item.absent(MAP.path())).digest();
    String empty = set(MAIN, file(MAP.path(), "")).digest();
    assertThat(List.of(without, missing, empty)).doesNotHaveDuplicates();
  }

  @Test
  void theOrderOfMainFilesIsAPartOfTheDigest() {
    Item second = file("/etc/haproxy/more.cfg", "defaults\n");
    assertThat(new ConfigurationSet(List.of(MAIN, second), List.of()).digest())
        .isNotEqualTo(new ConfigurationSet(List.of(second, MAIN), List.of()).digest());
  }

  @Test
  void aPathCanNotPassForTwoLines() {
    Item odd = file("/a\nfile absent /b", "");
    assertThat(set(MAIN, odd).digest())
        .isNotEqualTo(set(MAIN, file("/a", ""), Item.absent("/b")).digest());
  }

  @Test
  void aPathStandsOnceInASet() {
    assertThatThrownBy(() -> set(MAIN, MAIN)).hasMessageContaining("stands twice");
  }

  @Test
  void itsFilesAreReadAsIfFromADisk() {
    assertThat(set(MAIN, MAP).files().read(MAP.path()).toString()).contains("routes.map");
    assertThat(set(MAIN).files().read("/etc/passwd").toString()).startsWith("Absent");
  }

  private static ConfigurationSet set(Item main, Item... referenced) {
    return new ConfigurationSet(List.of(main), List.of(referenced));
  }

  private static Item file(String path, String text) {
    return Item.of(path, text.getBytes(UTF_8));
  }
}
