package dev.checkrail.prove.set;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which texts are addresses of a network. */
class AddressTextsTest {

  @Test
  void everyWayOfWritingAnAddress() throws Exception {
    Language one = texts("2001:db8::7", 128);
    assertThat(
            List.of(
                "2001:db8::7",
                "2001:DB8::0007",
                "2001:0db8:0:0:0:0:0:7",
                "2001:db8:0::0:0:7",
                "2001:db8::0.0.0.7"))
        .allMatch(one::contains);
    assertThat(
            List.of(
                "2001:db8::8",
                "2001:db8:::7",
                "2001:db8:0:0:0:0:0:0:7",
                "2001:db8::00007",
                "2001:db8::0.0.0.07",
                "2001:db8:7",
                "::2001:db8::7",
                "2001:db8::7 "))
        .noneMatch(one::contains);
  }

  @Test
  void theFirstBitsDecide() throws Exception {
    Language network = texts("2001:db8:a0::", 44);
    assertThat(List.of("2001:db8:a0::", "2001:db8:af:ffff::1", "2001:db8:a1:1:2:3:4:5"))
        .allMatch(network::contains);
    assertThat(List.of("2001:db8:b0::", "2001:db8:9f::1", "2001:db8::1")).noneMatch(network::contains);
    assertThat(texts("::", 0).contains("::")).isTrue();
    assertThat(texts("::ffff:10.0.0.0", 104).contains("::ffff:10.255.0.1")).isTrue();
    assertThat(texts("::ffff:10.0.0.0", 104).contains("::FFFF:aff:1")).isTrue();
    assertThat(texts("::ffff:10.0.0.0", 104).contains("::ffff:11.0.0.1")).isFalse();
  }

  @Test
  void randomAddressesAreInTheirNetworkAndOutsideOfOthers() throws Exception {
    Random random = new Random(4);
    for (int i = 0; i < 60; i++) {
      byte[] bytes = new byte[16];
      random.nextBytes(bytes);
      for (int g = 0; g < 16; g += 2) {
        if (random.nextInt(3) == 0) {
          bytes[g] = 0;
          bytes[g + 1] = (byte) (random.nextBoolean() ? 0 : bytes[g + 1]);
        }
      }
      int bits = 1 + random.nextInt(128);
      Language network = AddressTexts.of(List.of(new AddressTexts.Network(text(bytes), bits)));
      String written = InetAddress.getByAddress(bytes).getHostAddress();
      assertThat(network.contains(written)).as(written + "/" + bits).isTrue();
      bytes[(bits - 1) / 8] ^= (byte) (0x80 >> (bits - 1) % 8);
      String other = InetAddress.getByAddress(bytes).getHostAddress();
      assertThat(network.contains(other)).as(other + " not in /" + bits).isFalse();
    }
  }

  private static Language texts(String address, int bits) throws UnknownHostException {
    byte[] bytes = InetAddress.getByName(address).getAddress();
    String text = text(bytes);
    return AddressTexts.of(
        List.of(
            new AddressTexts.Network(
                bytes.length == 4 ? "\0".repeat(10) + "\u00ff\u00ff" + text : text, bits)));
  }

  private static String text(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append((char) (b & 0xff));
    }
    return text.toString();
  }
}
