package dev.checkrail.serve;

import dev.checkrail.settings.ServeOptions;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Entry point of {@code checkrail serve}: the control plane, until it is told to stop. */
@Command(name = "checkrail serve", sortOptions = false)
public final class Main implements Callable<Integer> {
  private static final Pattern PLACE =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]\\s]+))(?::(\\d{1,5}))?");

  @Mixin private ServeOptions options = new ServeOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  /** Runs until it gets SIGTERM or SIGINT. Exit statuses: 0 stopped in order, 2 could not run. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Main());
    line.addSubcommand(new AtRest.OfFolder()).addSubcommand(new AtRest.IntoFolder());
    line.setUsageHelpWidth(100);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setParameterExceptionHandler((e, given) -> {
      e.getCommandLine()
          .getErr()
          .println(
              "checkrail: "
                  + e.getMessage()
                  + "; see '"
                  + e.getCommandLine().getCommandSpec().qualifiedName()
                  + " --help'");
      return 2;
    });
    line.setErr(new PrintWriter(System.err, true, java.nio.charset.StandardCharsets.UTF_8));
    int status = line.execute(arguments);
    if (status != STOPPED) {
      System.exit(status);
    }
  }

  /** The process ends by itself: an exit from here would wait for the hook that waits for us. */
  private static final int STOPPED = -1;

  @Override
  public Integer call() {
    return saying(this::serve);
  }

  /** What may fail in ways that people are told in a sentence. */
  @FunctionalInterface
  interface Work {
    int run() throws Unusable, IOException, SQLException, InterruptedException;
  }

  /** Says what went wrong; exit status 2 then. */
  static int saying(Work work) {
    try {
      return work.run();
    } catch (Unusable | IOException | SQLException e) {
      String.valueOf(e.getMessage())
          .lines()
          .forEach(line -> System.err.println("checkrail: " + line));
      return 2;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 2;
    }
  }

  private int serve() throws Unusable, IOException, SQLException, InterruptedException {
    InetSocketAddress place = place();
    String host = place.getHostString();
    Optional<Tls> tls = tls();
    if (tls.isEmpty() && !options.plainHttp() && !place.getAddress().isLoopbackAddress()) {
      throw new Unusable(
          "tokens would cross the network in the clear: give --tls-certificate and --tls-key, or"
              + " --plain-http behind a proxy that does TLS");
    }
    int driftEvery = options.driftEvery();
    if (driftEvery < 1 || driftEvery > 3600) {
      throw new Unusable("--drift-every takes 1 to 3600 seconds, not " + driftEvery);
    }
    GivenDatabase database = GivenDatabase.of(options.database());
    int observe = options.observe();
    if (observe < 1 || observe > 3600) {
      throw new Unusable("--observe takes 1 to 3600 seconds, not " + observe);
    }
    try {
      var unused = Retention.Limits.of(options.keep());
    } catch (IllegalArgumentException e) {
      throw new Unusable(String.valueOf(e.getMessage()));
    }
    Path folder = options.data().map(Path::toAbsolutePath).orElseGet(Main::usualFolder);
    ControlPlane plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                folder,
                folder.resolve("programs"),
                database.work(),
                database.owner(),
                host,
                place.getPort(),
                tls,
                Duration.ofSeconds(driftEvery),
                options.observeOnly(),
                options.onCall(),
                options.keep(),
                Duration.ofSeconds(observe)),
            InstantSource.system(),
            System::nanoTime);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  plane.close();
                  stopped.countDown();
                },
                "stop"));
    // In one piece: whoever waits for the first line finds the code there too.
    System.out.print(
        "checkrail: control plane on %s, data in %s%n%s"
            .formatted(
                plane.address(),
                folder,
                plane.firstCode().map(code -> welcome(plane, code)).orElse("")));
    System.out.flush();
    stopped.await();
    return STOPPED;
  }

  private static String welcome(ControlPlane plane, String code) {
    return """
    checkrail: there is no administrator yet. Within an hour open this link (it works once):
      %1$s/first#%2$s
    or run:
      bin/checkrail login --server %1$s --name YOUR-NAME --first %2$s
    """
        .formatted(plane.address(), code);
  }

  /** HOST:PORT, [IPV6]:PORT or HOST alone; the host is looked up once. */
  private InetSocketAddress place() throws Unusable {
    String listen = options.listen();
    Matcher found = PLACE.matcher(listen);
    String port =
        found.matches()
            ? Objects.requireNonNullElse(found.group(3), Integer.toString(ServeOptions.PORT))
            : "";
    if (port.isEmpty() || listen.matches("\\d+") || Integer.parseInt(port) > 65535) {
      throw new Unusable("--listen takes HOST:PORT, such as 127.0.0.1:8460, not " + listen);
    }
    String host = found.group(1) == null ? found.group(2) : found.group(1);
    InetSocketAddress place = new InetSocketAddress(host, Integer.parseInt(port));
    if (place.isUnresolved()) {
      throw new Unusable(
          "--listen: no host named "
              + host
              + " is known; it takes HOST:PORT, such as 127.0.0.1:8460");
    }
    return place;
  }

  static Path usualFolder() {
    return "root".equals(System.getProperty("user.name"))
        ? Path.of("/var/lib/checkrail")
        : Path.of(System.getProperty("user.home", "."), ".local/share/checkrail");
  }

  private Optional<Tls> tls() throws Unusable {
    if (options.certificate().isEmpty() && options.key().isEmpty()) {
      return Optional.empty();
    }
    if (options.certificate().isEmpty() || options.key().isEmpty()) {
      throw new Unusable("--tls-certificate and --tls-key are given together");
    }
    Path certificate = options.certificate().get();
    Path key = options.key().get();
    for (Path file : new Path[] {certificate, key}) {
      if (!Files.isReadable(file)) {
        throw new Unusable(file + " can't be read");
      }
    }
    try {
      Keys keys =
          Keys.builder()
              .pem(pem -> pem.key(Resource.create(key)).certChain(Resource.create(certificate)))
              .build();
      if (!fits(keys.privateKey().orElseThrow(), keys.certChain().getFirst().getPublicKey())) {
        throw new Unusable(
            "the certificate and the key can't be used: the key is not this certificate's");
      }
      return Optional.of(
          Tls.builder()
              .privateKey(keys.privateKey().orElseThrow())
              .privateKeyCertChain(keys.certChain())
              .addEnabledProtocol("TLSv1.3")
              .addEnabledProtocol("TLSv1.2")
              .build());
    } catch (RuntimeException e) {
      throw new Unusable("the certificate and the key can't be used: " + e.getMessage());
    }
  }

  /** Whether what one signs the other verifies; else each handshake would fail, one by one. */
  private static boolean fits(PrivateKey key, PublicKey certified) throws Unusable {
    String how =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case String other -> other;
        };
    byte[] text = "checkrail".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signing = Signature.getInstance(how);
      signing.initSign(key);
      signing.update(text);
      Signature verifying = Signature.getInstance(how);
      verifying.initVerify(certified);
      verifying.update(text);
      return verifying.verify(signing.sign());
    } catch (InvalidKeyException | SignatureException e) {
      return false;
    } catch (NoSuchAlgorithmException e) {
      throw new Unusable("the certificate and the key can't be used: " + e.getMessage());
    }
  }
}
