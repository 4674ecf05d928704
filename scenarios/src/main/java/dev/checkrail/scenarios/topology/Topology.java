package dev.checkrail.scenarios.topology;

import dev.checkrail.scenarios.topology.Children.Child;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The whole system, each part a process of its own as its launcher starts it, on loopback, in one
 * new folder. Raw logs are in {@code raw/}: {@code haproxy.log} (HAProxy's own lines), {@code
 * pages.jsonl} (what people were told, when), {@code stranger.jsonl} (what was done behind the
 * control plane's back), {@code *.client.jsonl} (what users met).
 */
public final class Topology implements AutoCloseable {
  static final String PREFIX = "checkrail-demo-";
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(120);
  private static final int ACQUIRER_MILLIS = 100;
  private static final int[] WARMING = {15, 45};
  private static final int WARMING_SECONDS = 6;
  private static final Pattern FIRST = Pattern.compile("--first (\\S+)");
  private static final Pattern DATABASE = Pattern.compile("database (jdbc:\\S+)");
  private static final Pattern KEY = Pattern.compile("key (sk_\\S+)");
  private static final JsonMapper JSON = new JsonMapper();

  private final Path home;
  private final Path folder;
  private final Staging staging;
  private final Options options;
  private final Children children;
  private final Consumer<String> progress;
  private @Nullable Sink sink;
  private @Nullable RawLog rawLog;
  private @Nullable Control control;
  private @Nullable Child stranger;
  private @Nullable BufferedReader strangerSays;
  private String database = "";

  /**
   * What is not drawn.
   *
   * @param checkSharesWorkers the reports server's check needs one of its workers
   * @param balancer what the load balancer is called by the control plane
   * @param serve further options of {@code serve}
   * @param controlPlane false: neither {@code serve} nor anything else of the product runs
   * @param further the text of one more configuration file of HAProxy, behind the others; may be
   *     empty
   */
  public record Options(
      boolean checkSharesWorkers,
      String balancer,
      List<String> serve,
      boolean controlPlane,
      String further) {
    public Options {
      serve = List.copyOf(serve);
    }

    /** What most have. */
    public static Options usual() {
      return new Options(false, "edge", List.of());
    }

    /** With the control plane, and no further file. */
    public Options(boolean checkSharesWorkers, String balancer, List<String> serve) {
      this(checkSharesWorkers, balancer, serve, true, "");
    }

    /** Without the product, and with one more file of HAProxy's. */
    public Options withoutControlPlane(String furtherFile) {
      return new Options(checkSharesWorkers, balancer, List.of(), false, furtherFile);
    }
  }

  /** Something that happens while the system runs and nobody owns its load balancer yet. */
  @FunctionalInterface
  public interface Before {
    void does(Topology running) throws IOException, InterruptedException;
  }

  private Topology(
      Path home,
      Path folder,
      Staging staging,
      Options options,
      Children children,
      Consumer<String> progress) {
    this.home = home;
    this.folder = folder;
    this.staging = staging;
    this.options = options;
    this.children = children;
    this.progress = progress;
  }

  /**
   * Starts everything; returns once all of it serves and the control plane owns the load balancer.
   * If that fails, nothing is left running.
   *
   * @param home of the clone, whose launchers are used
   * @param progress is told what was started
   * @throws IOException if something does not start; its log is named
   */
  public static Topology start(
      Path home, Staging staging, Options options, Consumer<String> progress)
      throws IOException, InterruptedException {
    return start(home, staging, options, progress, running -> {});
  }

  /** Likewise; something is done before the control plane takes the load balancer over. */
  public static Topology start(
      Path home, Staging staging, Options options, Consumer<String> progress, Before before)
      throws IOException, InterruptedException {
    Path folder = newFolder();
    Children children = Children.in(folder, registry(home));
    Topology topology = new Topology(home, folder, staging, options, children, progress);
    return topology.started(() -> topology.start(before));
  }

  private interface Starting {
    void run() throws IOException, InterruptedException;
  }

  /** While it starts nobody has it yet who could end it: then it ends with this process. */
  private Topology started(Starting starting) throws IOException, InterruptedException {
    Thread hook = new Thread(this::drop, "end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      starting.run();
      return this;
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It is running: somebody has pressed Ctrl-C.
      }
    }
  }

  private void drop() {
    close();
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      System.err.println("checkrail: " + folder + " could not be deleted: " + e.getMessage());
    }
  }

  /**
   * Starts all but the control plane and the stranger: for those who want a control plane for each
   * of their runs.
   */
  public static Topology startAlone(Path home, Staging staging, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path folder = newFolder();
    Children children = Children.in(folder, registry(home));
    Topology topology = new Topology(home, folder, staging, Options.usual(), children, progress);
    return topology.started(() -> {
      topology.prepare();
      together(List.of(topology::startGateway, topology::startShop));
    });
  }

  /** With letters for a name: a long number could be taken for a card's where the path is told. */
  private static Path newFolder() throws IOException {
    StringBuilder name = new StringBuilder(PREFIX);
    new SecureRandom().ints(12, 'a', 'z' + 1).forEach(name::appendCodePoint);
    return Files.createDirectory(
        Path.of(System.getProperty("java.io.tmpdir"), name.toString()),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Where files of runs are kept. */
  public static Path registry(Path home) {
    return home.toAbsolutePath().resolve(".checkrail/runs");
  }

  private void start(Before before) throws IOException, InterruptedException {
    prepare();
    List<Callable<Void>> parts =
        new ArrayList<>(List.of(this::startGateway, this::startShop, this::startStranger));
    if (options.controlPlane()) {
      parts.add(this::startServe);
    }
    together(parts);
    before.does(this);
    if (options.controlPlane()) {
      adopt();
    }
  }

  private void prepare() throws IOException, InterruptedException {
    Files.createDirectories(raw());
    new EdgeFiles(staging, edge(), options.checkSharesWorkers()).write();
    secret("control.token");
    secret("admin.token");
    secret("webhook.secret");
    secret("password");
    sink = Sink.start(staging.port("sink"), raw().resolve("pages.jsonl"));
    rawLog = RawLog.start(staging.port("raw-log"), raw().resolve("haproxy.log"));
    Files.writeString(
        folder.resolve("on-call.yaml"), OnCallFile.text(staging, folder.resolve("webhook.secret")));
    startHaproxy();
  }

  private static void together(List<Callable<Void>> all) throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> one : threads.invokeAll(all)) {
        one.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    }
  }

  private void secret(String name) throws IOException {
    byte[] random = new byte[18];
    new SecureRandom().nextBytes(random);
    Files.writeString(folder.resolve(name), HexFormat.of().formatHex(random) + "\n");
    Files.setPosixFilePermissions(
        folder.resolve(name), PosixFilePermissions.fromString("rw-------"));
  }

  // --- the gateway ------------------------------------------------------------------------------

  private Void startGateway() throws IOException, InterruptedException {
    for (String name : List.of("acq-a", "acq-b")) {
      children.start(
          name,
          gateway(
              "acquirer",
              "--name",
              name,
              "--port",
              "" + staging.port(name),
              "--data",
              folder.resolve(name).toString(),
              "--control-token-file",
              folder.resolve("control.token").toString()),
          Map.of());
    }
    Child postgres =
        children.start(
            "database",
            gateway("database", "--data", folder.resolve("gateway").toString()),
            Map.of());
    until(postgres, "password in");
    Matcher said = DATABASE.matcher(postgres.said());
    database = said.find() ? said.group(1) : "";
    progress.accept("PostgreSQL and two acquirers");
    List<Callable<Void>> rest = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      int number = i;
      rest.add(() -> {
        startPay(number);
        return null;
      });
    }
    rest.add(() -> {
      startInstance(staging.reportsServer(), "reports", "--payments", "accepts-but-cannot");
      return null;
    });
    rest.add(() -> merchant("shop", 100_000));
    rest.add(() -> merchant("limited", 6));
    together(rest);
    for (String name : List.of("acq-a", "acq-b")) {
      acquirer(name, "{\"mode\":\"slow\",\"millis\":" + ACQUIRER_MILLIS + ",\"share\":1}");
    }
    progress.accept(
        "the payment gateway: %s, %s, %s; and %s, which serves reports and cannot take a payment"
            .formatted(staging.pay(1), staging.pay(2), staging.pay(3), staging.reportsServer()));
    warm();
    return null;
  }

  /**
   * Some purchases before anybody looks: what has just been started is slow, and no gateway that
   * runs is in that state. They are in the books like all others.
   */
  private void warm() throws IOException, InterruptedException {
    for (int perSecond : WARMING) {
      users("warm-" + perSecond, perSecond, WARMING_SECONDS, staging.seed() + perSecond, "shop")
          .await(Duration.ofSeconds(120));
    }
    progress.accept("a few purchases, so that all of it is warm");
  }

  /** Starts a payment server, 1 to 3, with further options; returns once it is ready. */
  public Child startPay(int number, String... more) throws IOException, InterruptedException {
    return startInstance(staging.pay(number), "pay-" + number, more);
  }

  private Child startInstance(String name, String port, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        gateway(
            "serve",
            "--name",
            name,
            "--port",
            "" + staging.port(port),
            "--data",
            folder.resolve("gateway").toString(),
            "--database-url",
            database,
            "--database-password-file",
            folder.resolve("gateway/database/instance.password").toString(),
            "--admin-token-file",
            folder.resolve("admin.token").toString(),
            "--allow-faults",
            "--acquirer",
            "acq-a=http://127.0.0.1:" + staging.port("acq-a"),
            "--acquirer",
            "acq-b=http://127.0.0.1:" + staging.port("acq-b"),
            "--route",
            "USD=acq-b,acq-a",
            "--route",
            "GBP=acq-b,acq-a");
    command.addAll(List.of(more));
    Child child = children.start(name, command, Map.of());
    until(child, () -> answers("http://127.0.0.1:" + staging.port(port) + "/ready"));
    return child;
  }

  private Void merchant(String name, int limit) throws IOException, InterruptedException {
    Child added =
        children.start(
            "merchant-" + name,
            gateway(
                "merchants",
                "add",
                "--database-url",
                database,
                "--database-password-file",
                folder.resolve("gateway/database/instance.password").toString(),
                "--data",
                folder.resolve("gateway").toString(),
                "--rate-limit",
                "" + limit,
                name),
            Map.of());
    int status = added.process().waitFor();
    Matcher key = KEY.matcher(added.said());
    if (status != 0 || !key.find()) {
      throw new IOException("a merchant could not be added; see " + added.log());
    }
    Files.writeString(folder.resolve(name + ".key"), key.group(1) + "\n");
    return null;
  }

  private List<String> gateway(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/payment-gateway").toString());
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** Tells an acquirer how to behave, as its operator would. */
  public void acquirer(String name, String json) throws IOException {
    post("http://127.0.0.1:" + staging.port(name) + "/control", "control.token", json);
  }

  /** Sets the fault switches of an instance ({@code pay-1}, …, {@code reports}). */
  public void fault(String instance, String json) throws IOException {
    post("http://127.0.0.1:" + staging.port(instance) + "/admin/faults", "admin.token", json);
  }

  private void post(String url, String token, String json) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setConnectTimeout(3000);
    connection.setReadTimeout(5000);
    connection.setDoOutput(true);
    connection.setRequestProperty(
        "Authorization", "Bearer " + Files.readString(folder.resolve(token)).strip());
    connection.setRequestProperty("Content-Type", "application/json");
    connection.getOutputStream().write(json.getBytes(StandardCharsets.UTF_8));
    if (connection.getResponseCode() != 200) {
      throw new IOException(url + " answered " + connection.getResponseCode());
    }
    connection.disconnect();
  }

  // --- the rest ---------------------------------------------------------------------------------

  private Void startShop() throws IOException, InterruptedException {
    Child shop =
        children.start(
            "shop",
            ours(
                "dev.checkrail.scenarios.stranger.Shop",
                "" + staging.port("shop-1"),
                "" + staging.port("shop-2")),
            Map.of());
    until(shop, "serves");
    return null;
  }

  private Void startStranger() throws IOException, InterruptedException {
    ObjectNode places = JSON.createObjectNode();
    places.put("edge", edge().toString());
    places.put("master", master().toString());
    places.put("log", raw().resolve("stranger.jsonl").toString());
    places.put("admin", Files.readString(folder.resolve("admin.token")).strip());
    places.put("control", Files.readString(folder.resolve("control.token")).strip());
    places.put("payPool", staging.payPool());
    places.put("reportsPool", staging.reportsPool());
    places.put("secondHost", staging.secondHost());
    places.put("reportsServer", staging.reportsServer());
    places.put("payPrefix", staging.payPrefix());
    staging.ports().forEach(places.putObject("ports")::put);
    Path file = folder.resolve("stranger.json");
    Files.writeString(file, places.toString());
    // Its answers come over its standard output, so that is not its log.
    Child started =
        children.startTalking(
            "stranger", ours("dev.checkrail.scenarios.stranger.Stranger", file.toString()));
    stranger = started;
    strangerSays =
        new BufferedReader(
            new InputStreamReader(started.process().getInputStream(), StandardCharsets.UTF_8));
    String line = strangerSays.readLine();
    if (!"ready".equals(line)) {
      throw new IOException("the stranger did not start; see " + started.log());
    }
    return null;
  }

  /**
   * Has something done behind the control plane's back; returns when it is done.
   *
   * @param act what {@code dev.checkrail.scenarios.stranger.Stranger} understands
   * @return what he answered
   */
  public synchronized JsonNode stranger(ObjectNode act) throws IOException {
    if (stranger == null || strangerSays == null) {
      throw new IOException("there is no stranger");
    }
    Children.tell(stranger, JSON.writeValueAsString(act));
    String line = strangerSays.readLine();
    if (line == null) {
      throw new IOException("the stranger has ended; see " + stranger.log());
    }
    JsonNode answer = JSON.readTree(line);
    if (!answer.path("error").asString("").isEmpty()) {
      throw new IOException("the stranger could not: " + answer.path("error").asString());
    }
    return answer;
  }

  private List<String> ours(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-XX:-UsePerfData",
            "-Dcheckrail.run=" + folder));
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1))
            .map(it -> Path.of(it).toAbsolutePath().toString())
            .collect(Collectors.joining(java.io.File.pathSeparator)); // they run in another folder
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private void startHaproxy() throws IOException, InterruptedException {
    String program =
        Optional.ofNullable(System.getenv("HAPROXY"))
            .filter(it -> !it.isBlank())
            .orElse(
                Files.isExecutable(Path.of("/usr/sbin/haproxy")) ? "/usr/sbin/haproxy" : "haproxy");
    List<String> command =
        new ArrayList<>(
            List.of(
                program,
                "-W",
                "-S",
                master() + ",level,admin,mode,600",
                "-f",
                edge().resolve("haproxy.cfg").toString(),
                "-f",
                edge().resolve("checkrail-marker.cfg").toString()));
    if (!options.further().isEmpty()) {
      Path further = edge().resolve("further.cfg");
      Files.writeString(further, options.further());
      command.addAll(List.of("-f", further.toString()));
    }
    Child haproxy = children.start("haproxy", command, Map.of(), edge());
    until(haproxy, () -> connects(staging.port("http")));
    progress.accept("HAProxy, on port " + staging.port("http"));
  }

  private Void startServe() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/checkrail").toString(),
                "serve",
                "--listen",
                "127.0.0.1:" + staging.port("serve"),
                "--data",
                data().toString()));
    if (OnCallFile.isKnown(home)) {
      command.addAll(List.of("--on-call", folder.resolve("on-call.yaml").toString()));
    }
    command.addAll(options.serve());
    Child serve = children.start("serve", command, Map.of());
    until(serve, "--first");
    Matcher first = FIRST.matcher(serve.said());
    if (!first.find()) {
      throw new IOException("serve did not start; see " + serve.log());
    }
    CommandLine cli = cli();
    CommandLine.Answer answer =
        cli.run(
            "login",
            "--name",
            "ada",
            "--password-file",
            folder.resolve("password").toString(),
            "--first",
            first.group(1));
    if (answer.status() != 0) {
      throw new IOException("nobody could log in: " + answer.said());
    }
    JsonNode tokens =
        JSON.readTree(Files.readString(folder.resolve("config/checkrail/tokens.json")));
    control = new Control(server(), tokens.path(server()).asString());
    Changes.team(control, folder);
    progress.accept("the control plane (checkrail serve)");
    return null;
  }

  /** Starts {@code serve} again on its folder, as a service manager would. */
  public void startServeAgain() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/checkrail").toString(),
                "serve",
                "--listen",
                "127.0.0.1:" + staging.port("serve"),
                "--data",
                data().toString()));
    if (OnCallFile.isKnown(home)) {
      command.addAll(List.of("--on-call", folder.resolve("on-call.yaml").toString()));
    }
    command.addAll(options.serve());
    Child serve = children.start("serve", command, Map.of());
    until(serve, () -> answers(server() + "/ready"));
  }

  private void adopt() throws IOException, InterruptedException {
    CommandLine.Answer added =
        cli()
            .run(
                "lb",
                "add",
                options.balancer(),
                "--master-socket",
                master().toString(),
                "--policy",
                policy().toString(),
                "--log",
                "udp:127.0.0.1:" + staging.port("log"));
    if (added.status() != 0) {
      throw new IOException("the load balancer was not taken over: " + added.said());
    }
    progress.accept(
        "the control plane owns the load balancer \"" + options.balancer() + "\" (lb add)");
  }

  // --- what others ask for ----------------------------------------------------------------------

  /** The product's commands, as the administrator of this control plane. */
  public CommandLine cli() {
    return new CommandLine(
        home,
        Map.of(
            "CHECKRAIL_SERVER", server(), "XDG_CONFIG_HOME", folder.resolve("config").toString()));
  }

  /** Changes of the load balancer, by its team. */
  public Changes changes() {
    return new Changes(cli(), options.balancer(), folder);
  }

  /** A new configuration that somebody has written, in a folder of its own. */
  public Path candidate(String name, String text) throws IOException {
    Path file = Files.createDirectories(folder.resolve("candidate-" + name)).resolve("haproxy.cfg");
    Files.writeString(file, text);
    return file;
  }

  /** The public API. */
  public Control control() {
    if (control == null) {
      throw new IllegalStateException("serve is not there yet");
    }
    return control;
  }

  /** What people were told. */
  public Sink sink() {
    if (sink == null) {
      throw new IllegalStateException("the sink is not there yet");
    }
    return sink;
  }

  public Staging staging() {
    return staging;
  }

  public Children children() {
    return children;
  }

  /** Everything of this run. */
  public Path folder() {
    return folder;
  }

  /** Raw logs. */
  public Path raw() {
    return folder.resolve("raw");
  }

  /** The load balancer's own files. */
  public Path edge() {
    return folder.resolve("edge");
  }

  public Path configuration() {
    return edge().resolve("haproxy.cfg");
  }

  public Path policy() {
    return edge().resolve("checkrail.yaml");
  }

  public Path master() {
    return edge().resolve("master.sock");
  }

  /** The control plane's own folder. */
  public Path data() {
    return folder.resolve("state");
  }

  public String balancer() {
    return options.balancer();
  }

  private String server() {
    return "http://127.0.0.1:" + staging.port("serve");
  }

  /** Sends users who pay; see {@link Users}. */
  public Users users(String run, double perSecond, long seconds, long seed, String key)
      throws IOException {
    return Users.come(this, home, run, perSecond, seconds, seed, key);
  }

  /** Sends people who look at the shop, and a few who read reports, until all is ended. */
  public void visitors(double perSecond) throws IOException {
    children.start(
        "visitors",
        ours(
            "dev.checkrail.scenarios.stranger.Visitors",
            "" + staging.port("http"),
            staging.shopHost(),
            staging.reportsHost(),
            folder.resolve("shop.key").toString(),
            "" + perSecond,
            "" + staging.seed()),
        Map.of());
  }

  /** Compares the books of gateway, acquirers and users. */
  public JsonNode checkBooks() throws IOException, InterruptedException {
    Path all = raw().resolve("all.client.jsonl");
    Files.deleteIfExists(all);
    List<Path> logs;
    try (var files = Files.list(raw())) {
      logs = files.filter(it -> it.toString().endsWith(".client.jsonl")).sorted().toList();
    }
    try (var out = Files.newOutputStream(all)) {
      for (Path log : logs) {
        Files.copy(log, out);
      }
    }
    Child check =
        children.start(
            "check-books",
            gateway(
                "check-books",
                "--database-url",
                database,
                "--database-password-file",
                folder.resolve("gateway/database/instance.password").toString(),
                "--acquirer",
                "acq-a=" + folder.resolve("acq-a/journal.jsonl"),
                "--acquirer",
                "acq-b=" + folder.resolve("acq-b/journal.jsonl"),
                "--client-log",
                all.toString(),
                "--format",
                "json"),
            Map.of());
    int status = check.process().waitFor();
    if (status > 1) {
      throw new IOException("the books could not be compared; see " + check.log());
    }
    String said = check.said().strip();
    Path report = raw().resolve("books.json");
    Files.writeString(report, said.substring(said.lastIndexOf('\n') + 1) + "\n");
    return JSON.readTree(Files.readString(report));
  }

  /** Whether something answers 200. */
  static boolean answers(String url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(3000);
      try {
        return connection.getResponseCode() == 200;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean connects(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void until(Child child, String said) throws IOException, InterruptedException {
    until(child, () -> child.said().contains(said));
  }

  private static void until(Child child, Callable<Boolean> there)
      throws IOException, InterruptedException {
    Instant until = Instant.now().plus(STARTS_WITHIN);
    while (true) {
      try {
        if (there.call()) {
          return;
        }
      } catch (Exception e) {
        // Not there yet.
      }
      if (!child.process().isAlive()) {
        throw new IOException(
            child.name() + " has ended; see " + child.log() + "\n" + child.said());
      }
      if (Instant.now().isAfter(until)) {
        throw new IOException(child.name() + " does not start; see " + child.log());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Ends all of it, the control plane first: what ends after it is no outage. Its folder stays. */
  @Override
  public void close() {
    children.end("serve");
    children.close();
    if (rawLog != null) {
      rawLog.close();
    }
    if (sink != null) {
      sink.close();
    }
  }
}
