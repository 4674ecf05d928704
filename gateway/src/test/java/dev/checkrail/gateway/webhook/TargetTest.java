package dev.checkrail.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::"
      })
  void addressesInsideANetworkAreToldApart(String address) throws Exception {
    assertThat(Target.isPrivate(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"})
  void othersPass(String address) throws Exception {
    assertThat(Target.isPrivate(InetAddress.getByName(address))).isFalse();
  }

  @Test
  void privateOnesAreNotConnectedTo() {
    assertThatThrownBy(() -> new Target(URI.create("http://localhost:1/x")).connect(false, 100))
        .isInstanceOf(IOException.class)
        .hasMessage("a private address is refused");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x/y", "https://user:pw@x/", "file:///etc/passwd", "/hook", "x"})
  void onlyWebAddressesAreWebhooks(String url) {
    assertThatThrownBy(() -> Webhooks.check(url)).hasMessageContaining("https://HOST/PATH");
  }
}
