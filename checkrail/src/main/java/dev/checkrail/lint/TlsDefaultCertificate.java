package dev.checkrail.lint;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Match;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code tls/default-certificate}: the first certificate of a bind line, which clients without a
 * fitting server name get, is for none of the hosts that the frontend's rules ask for, or for tests
 * by its name, while another one fits. Certificates are known by their file names, so the rule
 * speaks only where those are names of hosts.
 */
final class TlsDefaultCertificate implements LintRule {
  private static final Set<String> FOR_TESTS =
      Set.of(
          "staging",
          "stage",
          "stg",
          "test",
          "testing",
          "dev",
          "develop",
          "qa",
          "uat",
          "sandbox",
          "preprod",
          "snakeoil",
          "dummy",
          "localhost",
          "selfsigned",
          "self-signed");

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    Map<String, Set<String>> hosts = hosts(scene);
    for (Frontend frontend : scene.configuration().frontends()) {
      Set<String> asked = hosts.getOrDefault(scene.subject(frontend), Set.of());
      for (Listener listener : frontend.listeners()) {
        boolean strict =
            listener.options().stream().anyMatch(option -> option.name().equals("strict-sni"));
        List<String> certificates = listener.certificates();
        if (!listener.tls() || strict || certificates.size() < 2) {
          continue;
        }
        String first = host(certificates.getFirst());
        boolean better =
            certificates.stream()
                .skip(1)
                .map(TlsDefaultCertificate::host)
                .anyMatch(other -> fitsBetter(first, other, asked));
        if (better) {
          found.accept(
              Scene.finding(
                  RuleId.TLS_DEFAULT_CERTIFICATE,
                  scene.subject(frontend) + " / bind " + listener.key(),
                  listener.span(),
                  "clients that send no server name, or one that no certificate fits, get "
                      + certificates.getFirst()
                      + ", the first of the line, and refuse it if they asked for "
                      + (asked.isEmpty() ? "another host" : asked.iterator().next()),
                  "put the certificate of the public hosts first"));
        }
      }
    }
  }

  private static boolean fitsBetter(String first, String other, Set<String> asked) {
    if (first.indexOf('.') < 0 && !forTests(first)) {
      return false;
    }
    if (forTests(first) && !forTests(other)) {
      return true;
    }
    return asked.stream().noneMatch(host -> fits(first, host))
        && asked.stream().anyMatch(host -> fits(other, host));
  }

  private static boolean fits(String certificate, String host) {
    if (certificate.startsWith("*.")) {
      int dot = host.indexOf('.');
      return dot > 0 && host.substring(dot).equals(certificate.substring(1));
    }
    return certificate.equals(host);
  }

  private static boolean forTests(String host) {
    for (String word : host.split("[.\\-_]", -1)) {
      if (FOR_TESTS.contains(word)) {
        return true;
      }
    }
    return FOR_TESTS.contains(host);
  }

  /** The host that a file is named after: {@code star.example.com.pem} is {@code *.example.com}. */
  private static String host(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    for (String end : List.of(".pem", ".crt", ".cert", ".bundle", ".chain", ".combined")) {
      if (name.endsWith(end)) {
        name = name.substring(0, name.length() - end.length());
      }
    }
    for (String wildcard : List.of("star.", "wildcard.", "_.", "star_", "wildcard_")) {
      if (name.startsWith(wildcard)) {
        return "*." + name.substring(wildcard.length());
      }
    }
    return name;
  }

  /** Hosts that rules compare as a whole, by section. */
  private static Map<String, Set<String>> hosts(Scene scene) {
    Map<String, Set<String>> hosts = new HashMap<>();
    for (Samples.Place place : Samples.of(scene)) {
      if (place.test().isPresent()) {
        Condition.Test test = place.test().get();
        boolean host =
            test.sample().fetch() instanceof Fetch.TerminatedServerName
                || (test.sample().fetch() instanceof Fetch.Header header
                    && header.name().equals("host"));
        if (host && test.match() instanceof Match.Text text && text.kind() == Match.Kind.EXACT) {
          String section = place.subject().split(" / ", 2)[0];
          Set<String> all = hosts.computeIfAbsent(section, name -> new LinkedHashSet<>());
          text.patterns().forEach(pattern -> all.add(pattern.toLowerCase(Locale.ROOT)));
        }
      }
    }
    return hosts;
  }
}
