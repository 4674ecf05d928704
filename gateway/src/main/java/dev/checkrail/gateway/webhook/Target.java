package dev.checkrail.gateway.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A merchant's address. It is looked up once, judged, and the judged address is connected to: a
 * name that changes its mind between the two gains nothing. Addresses that only mean something
 * inside a network are refused unless allowed.
 */
record Target(URI uri) {

  Target {
    boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
    if (!web || uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException("a webhook's address is https://HOST/PATH");
    }
  }

  boolean isSecure() {
    return uri.getScheme().equals("https");
  }

  int port() {
    return uri.getPort() >= 0 ? uri.getPort() : isSecure() ? 443 : 80;
  }

  String pathAndQuery() {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /** A connection to it. */
  Socket connect(boolean allowPrivate, int millis) throws IOException {
    InetAddress address = InetAddress.getByName(uri.getHost());
    if (!allowPrivate && isPrivate(address)) {
      throw new IOException("a private address is refused");
    }
    Socket plain = new Socket();
    try {
      plain.setSoTimeout(millis);
      plain.connect(new InetSocketAddress(address, port()), millis);
      if (!isSecure()) {
        return plain;
      }
      SSLSocket secure =
          (SSLSocket)
              ((SSLSocketFactory) SSLSocketFactory.getDefault())
                  .createSocket(plain, uri.getHost(), port(), true);
      SSLParameters parameters = secure.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secure.setSSLParameters(parameters);
      secure.startHandshake();
      return secure;
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /** Loopback, link-local, site-local, shared, reserved, multicast; also inside an IPv6 address. */
  static boolean isPrivate(InetAddress address) {
    byte[] b = address.getAddress();
    if (b.length == 16) {
      // IPv4 inside IPv6: compatible (::/96), translated (64:ff9b::/96), 6to4 (2002::/16).
      boolean translated =
          b[0] == 0 && b[1] == 0x64 && (b[2] & 0xff) == 0xff && (b[3] & 0xff) == 0x9b;
      boolean sixToFour = b[0] == 0x20 && b[1] == 0x02;
      boolean uniqueLocal = (b[0] & 0xfe) == 0xfc;
      boolean zeros = true;
      for (int i = 0; i < 12; i++) {
        zeros &= b[i] == 0;
      }
      return translated || sixToFour || uniqueLocal || zeros || special(address);
    }
    int first = b[0] & 0xff;
    int second = b[1] & 0xff;
    return special(address)
        || first == 0
        || first >= 224
        || (first == 100 && second >= 64 && second < 128)
        || (first == 192 && second == 0)
        || (first == 198 && (second == 18 || second == 19));
  }

  private static boolean special(InetAddress address) {
    return address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress();
  }

  /** As the Host header wants it. */
  String hostHeader() {
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    return uri.getPort() >= 0 ? host + ":" + uri.getPort() : host;
  }
}
