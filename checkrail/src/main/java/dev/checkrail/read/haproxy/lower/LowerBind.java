package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Listener;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code bind} lines [4.2, 5.1]: one listener for each address and each port of a range. */
final class LowerBind {
  private static final List<String> HELD = List.of("ssl", "crt", "crt-list", "accept-proxy");
  private static final int MOST_LISTENERS = 65_536;

  private LowerBind() {}

  /**
   * Reads a line.
   *
   * @param certificateBase {@code crt-base}; empty if not set
   */
  static List<Listener> listeners(Setup setup, String certificateBase) {
    Optional<Word> addresses = setup.directive().word(0);
    if (addresses.isEmpty()) {
      setup.notes().refused(setup.directive().span(), "bind needs an address");
      return List.of();
    }
    Parameters parameters = new Parameters(true);
    parameters.read(setup.directive().from(1));
    List<String> certificates = files(parameters, "crt", certificateBase, setup);
    List<String> lists = files(parameters, "crt-list", "", setup);
    List<Listener> listeners = new ArrayList<>();
    int offset = 0;
    for (String address : addresses.get().value().split(",", -1)) {
      Span span = addresses.get().at(offset, offset + address.length());
      offset += address.length() + 1;
      if (address.isEmpty() && offset > addresses.get().value().length() && !listeners.isEmpty()) {
        break; // nothing behind the last comma
      }
      Endpoint endpoint = Endpoint.parse(address);
      if (endpoint.ofUnknownFamily()) {
        setup
            .notes()
            .refused(span, "HAProxy knows no address family of this name; it takes it for a host");
      }
      String host = endpoint.any() && !endpoint.host().equals("::") ? "*" : endpoint.host();
      int[] ports = ports(endpoint, span, setup);
      for (int port = ports[0]; port <= ports[1] && listeners.size() < MOST_LISTENERS; port++) {
        listeners.add(
            new Listener(
                host,
                port,
                parameters.has("ssl"),
                certificates,
                lists,
                parameters.has("accept-proxy"),
                parameters.settings(HELD),
                span));
      }
    }
    return listeners;
  }

  private static int[] ports(Endpoint endpoint, Span span, Setup setup) {
    if (endpoint.local()) {
      return new int[] {0, 0};
    }
    String[] range = endpoint.port().split("-", 2);
    Optional<Integer> low = Endpoint.number(range[0]);
    Optional<Integer> high = range.length > 1 ? Endpoint.number(range[1]) : low;
    if (low.isEmpty() || high.isEmpty() || low.get() == 0 || high.get() < low.get()) {
      setup
          .notes()
          .refused(span, "a port from 1 to 65535, or a range of them, is missing in this address");
      return new int[] {1, 0};
    }
    return new int[] {low.get(), high.get()};
  }

  private static List<String> files(Parameters parameters, String name, String base, Setup setup) {
    List<String> paths = new ArrayList<>();
    for (Word word : parameters.words(name)) {
      String path =
          base.isEmpty() || word.value().startsWith("/") ? word.value() : base + "/" + word.value();
      paths.add(word.value());
      FileLookup.Located located = setup.files().locate(path, setup.directive(), false);
      boolean list = name.equals("crt-list");
      References.note(
          setup,
          list ? ReferencedFile.Kind.CERTIFICATE_LIST : ReferencedFile.Kind.CERTIFICATE,
          word.value(),
          located,
          Optional.empty(),
          word.span());
      if (located.lookup() instanceof Files.Lookup.Absent) {
        if (list) {
          setup
              .notes()
              .error(
                  RuleId.FILE_MISSING,
                  word.span(),
                  "the list of certificates " + Text.shown(path) + " is missing");
        } else {
          setup
              .notes()
              .notice(
                  RuleId.FILE_MISSING,
                  word.span(),
                  "the certificate "
                      + Text.shown(path)
                      + " is not here; it must be where HAProxy runs");
        }
      }
    }
    return paths;
  }
}
