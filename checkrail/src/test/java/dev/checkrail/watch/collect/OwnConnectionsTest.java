package dev.checkrail.watch.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is told of our own by its connection. */
class OwnConnectionsTest {
  private final AtomicLong nanos = new AtomicLong(5);
  private final OwnConnections own = new OwnConnections(nanos::get);

  private void opened(String address, int port) {
    own.opened(new InetSocketAddress(InetAddress.ofLiteral(address), port));
  }

  @Test
  void aConnectionIsKnownOnceByAddressAndPort() {
    opened("127.0.0.1", 40_000);
    assertThat(own.own("127.0.0.1", 40_001)).isFalse();
    assertThat(own.own("10.0.0.1", 40_000)).isFalse();
    assertThat(own.own("localhost", 40_000)).isFalse();
    assertThat(own.own("127.0.0.1", 40_000)).isTrue();
    assertThat(own.own("127.0.0.1", 40_000)).as("another one").isFalse();
  }

  @Test
  void addressesAreComparedAndNotTheirSpelling() {
    opened("::1", 40_000);
    opened("127.0.0.1", 40_001);
    assertThat(own.own("0:0:0:0:0:0:0:1", 40_000)).isTrue();
    assertThat(own.own("::ffff:127.0.0.1", 40_001)).isTrue();
  }

  @Test
  void twoFromTheSamePortAreTwo() {
    opened("127.0.0.1", 40_000);
    opened("127.0.0.1", 40_000);
    opened("127.0.0.2", 40_000);
    assertThat(own.own("127.0.0.1", 40_000)).isTrue();
    assertThat(own.own("127.0.0.1", 40_000)).isTrue();
    assertThat(own.own("127.0.0.1", 40_000)).isFalse();
    assertThat(own.own("127.0.0.2", 40_000)).isTrue();
  }

  @Test
  void afterAMinuteItIsSomebodyElses() {
    opened("127.0.0.1", 40_000);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
    assertThat(own.own("127.0.0.1", 40_000)).isFalse();
    opened("127.0.0.1", 40_001);
    assertThat(own.own("127.0.0.1", 40_001)).isTrue();
  }
}
