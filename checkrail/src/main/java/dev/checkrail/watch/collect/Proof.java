package dev.checkrail.watch.collect;

import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By what it is proven whom TLS is spoken with. Of a server it is what the configuration makes
 * HAProxy itself ask for: {@code verify required ca-file}, and the name of {@code sni} or {@code
 * verifyhost} [5.2]. Of a listener it is that it shows one of its own {@code crt} files.
 *
 * @param certificates PEM, without any key: authorities, or the listener's own certificates
 * @param said the name that is asked for (SNI); empty: none
 * @param checked the name that the certificate has to have; empty: any
 * @param by files, for people
 */
public record Proof(
    List<String> certificates, Optional<String> said, Optional<String> checked, String by) {
  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]+-----END CERTIFICATE-----\\R?");

  private static final Pattern CONSTANT = Pattern.compile("str\\(\"?([A-Za-z0-9.-]+)\"?\\)");

  /** A certificate and its key under these endings are one of several for the same name. */
  private static final List<String> KINDS = List.of("", ".rsa", ".ecdsa", ".dsa");

  public Proof {
    certificates = List.copyOf(certificates);
  }

  /**
   * Of a server; empty if nothing is asked for, or something that can't be followed here (the
   * system's authorities, revocation lists).
   *
   * @param host the request's
   * @param check whether it is for its check, which has a name of its own
   */
  static Optional<Proof> of(Server server, ConfigurationSet files, String host, boolean check) {
    Optional<String> authority = value(server, "ca-file");
    if (value(server, "verify").filter("required"::equals).isEmpty()
        || authority.isEmpty()
        || value(server, "crl-file").isPresent()) {
      return Optional.empty();
    }
    List<String> certificates = new ArrayList<>();
    for (Item item : named(authority.get(), files, List.of(""))) {
      certificates.addAll(certificates(item));
    }
    if (certificates.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> said =
        check
            ? value(server, "check-sni")
            : value(server, "sni")
                .flatMap(expression -> {
                  Matcher constant = CONSTANT.matcher(expression);
                  return constant.matches() ? Optional.of(constant.group(1)) : name(host);
                });
    return Optional.of(
        new Proof(certificates, said, said.or(() -> value(server, "verifyhost")), authority.get()));
  }

  /** Of a listener; empty if not all of its certificates are at hand. */
  static Optional<Proof> of(Listener listener, ConfigurationSet files, String host) {
    if (!listener.certificateLists().isEmpty()) {
      return Optional.empty();
    }
    List<String> certificates = new ArrayList<>();
    for (String path : listener.certificates()) {
      List<Item> items = named(path, files, KINDS);
      if (items.isEmpty()) {
        return Optional.empty();
      }
      // The first is its own; the others are of who signed it, and of many others.
      items.forEach(item -> certificates.addAll(certificates(item).stream().limit(1).toList()));
    }
    return certificates.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Proof(
                certificates,
                name(host),
                Optional.empty(),
                String.join(", ", listener.certificates())));
  }

  private static Optional<String> value(Server server, String name) {
    return server.options().stream()
        .filter(it -> it.name().equals(name) && !it.value().isEmpty())
        .map(Setting::value)
        .reduce((first, second) -> second);
  }

  /** A host without its port, if it is a name. */
  static Optional<String> name(String host) {
    String name = host.replaceAll(":\\d+$", "");
    return name.matches("[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*") && name.matches(".*[A-Za-z].*")
        ? Optional.of(name)
        : Optional.empty();
  }

  /** The file of a path, or the files of a folder; of a relative one the only file that ends so. */
  private static List<Item> named(String path, ConfigurationSet files, List<String> endings) {
    String end = path.startsWith("/") ? path : "/" + path.replaceFirst("^(\\./)+", "");
    List<Item> found =
        files.items().stream()
            .filter(item -> item.content().isPresent())
            .filter(item -> endings.stream().anyMatch(it -> fits(item.path(), end + it, path)))
            .toList();
    return path.startsWith("/") || found.size() <= endings.size() ? found : List.of();
  }

  private static boolean fits(String file, String end, String written) {
    return written.startsWith("/")
        ? file.equals(end) || file.startsWith(end + "/")
        : file.endsWith(end);
  }

  private static List<String> certificates(Item item) {
    List<String> found = new ArrayList<>();
    Matcher each = CERTIFICATE.matcher(item.content().map(file -> file.text()).orElse(""));
    while (each.find()) {
      found.add(each.group());
    }
    return found;
  }
}
