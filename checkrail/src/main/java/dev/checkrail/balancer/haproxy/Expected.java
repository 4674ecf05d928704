package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.RunningState;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Certificate;
import dev.checkrail.balancer.RunningState.Table;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import dev.checkrail.model.Pool;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.model.Server;
import dev.checkrail.read.ReadReport;
import dev.checkrail.source.SourceFile;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a worker holds in memory when it was just started with some files. */
final class Expected {
  private static final Pattern CHANGES =
      Pattern.compile("\\b(?:set-map|del-map|add-acl|del-acl)\\(([^)]*)\\)");
  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END");

  private Expected() {}

  static RunningState of(ReadReport read, ConfigurationSet set) {
    List<RunningState.Server> servers = new ArrayList<>();
    for (Pool pool : read.configuration().pools()) {
      for (Server server : pool.servers()) {
        boolean agent = server.check().map(Server.Check::agent).orElse(false);
        int weight = agent ? -1 : server.weight();
        servers.add(
            new RunningState.Server(
                new ServerName(pool.name(), server.name()),
                address(server),
                server.disabled() ? Admin.MAINT : Admin.READY,
                weight,
                weight,
                true));
      }
    }
    List<Table> tables = tables(read, set);
    tables.addAll(Written.tables(read));
    return new RunningState(
        servers, tables, certificates(read, set), List.of(), Limits.inFiles(read));
  }

  /** Empty where the file does not tell it: names, ports taken from the client. */
  private static String address(Server server) {
    boolean told = !server.byName() && !server.portOffset() && !server.address().contains("@");
    return told ? server.key() : "";
  }

  private static List<Table> tables(ReadReport read, ConfigurationSet set) {
    Set<String> changing = new HashSet<>();
    set.main()
        .forEach(item ->
            item.content()
                .ifPresent(file -> {
                  Matcher rule = CHANGES.matcher(file.text());
                  while (rule.find()) {
                    changing.add(rule.group(1));
                  }
                }));
    List<Table> tables = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ReferencedFile file : read.configuration().files()) {
      Optional<Table.Kind> kind = kind(file.kind());
      if (kind.isPresent() && seen.add(file.path()) && !changing.contains(file.path())) {
        item(set, file)
            .flatMap(Item::content)
            .map(SourceFile::text)
            .ifPresent(text ->
                tables.add(new Table(kind.get(), file.path(), Tables.inFile(text, kind.get()))));
      }
    }
    return tables;
  }

  private static Optional<Table.Kind> kind(ReferencedFile.Kind kind) {
    return switch (kind) {
      case MAP -> Optional.of(Table.Kind.MAP);
      case LIST -> Optional.of(Table.Kind.LIST);
      case ERROR_FILE, CERTIFICATE, CERTIFICATE_LIST, OTHER -> Optional.empty();
    };
  }

  /** The file behind a path as written: of the same bytes, at a place that ends like it. */
  static Optional<Item> item(ConfigurationSet set, ReferencedFile file) {
    return set.referenced().stream()
        .filter(item -> item.path().equals(file.path()) || item.path().endsWith("/" + file.path()))
        .filter(item -> item.sha256().equals(file.digest()))
        .findFirst();
  }

  private static List<Certificate> certificates(ReadReport read, ConfigurationSet set) {
    List<Certificate> certificates = new ArrayList<>();
    for (ReferencedFile file : read.configuration().files()) {
      if (file.kind() != ReferencedFile.Kind.CERTIFICATE) {
        continue;
      }
      Optional<Item> one = item(set, file);
      if (one.isPresent()) {
        certificate(file.path(), one.get()).ifPresent(certificates::add);
        continue;
      }
      String folder = file.path().replaceFirst("/+$", "");
      for (Item item : set.referenced()) {
        String parent = item.path().substring(0, Math.max(0, item.path().lastIndexOf('/')));
        if (parent.equals(folder) || parent.endsWith("/" + folder)) {
          certificate(item.path(), item).ifPresent(certificates::add);
        }
      }
    }
    return certificates;
  }

  private static Optional<Certificate> certificate(String path, Item item) {
    return item.content()
        .flatMap(file -> fingerprint(file.text()))
        .map(print -> new Certificate(path, print));
  }

  /** SHA-1 of the first certificate of a PEM file. */
  static Optional<String> fingerprint(String pem) {
    Matcher found = CERTIFICATE.matcher(pem);
    if (!found.find()) {
      return Optional.empty();
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(found.group(1).strip());
      byte[] encoded =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der))
              .getEncoded();
      return Optional.of(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(encoded)));
    } catch (CertificateException | IllegalArgumentException e) {
      return Optional.empty();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
