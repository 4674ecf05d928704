package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Changes;
import dev.checkrail.scenarios.topology.CommandLine;
import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a fault can lay its hands on: files and sockets of the load balancer, processes, switches of
 * the payment gateway and of acquirers, users; and for changes that somebody approved, the
 * product's commands. Lives in the process that injects.
 */
final class Stage implements AutoCloseable {
  /** What an acquirer usually takes. */
  static final int ACQUIRER_MILLIS = 100;

  private static final Duration WITHIN = Duration.ofSeconds(90);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(3);
  private static final Pattern WORKER = Pattern.compile("(?m)^(\\d+)\\s+worker\\s+(\\d+)");

  private static final String WHY = "as the bench has it";

  private final Places places;
  private final Random random;
  private final List<AutoCloseable> helpers = new ArrayList<>();
  private @Nullable Instant happened;
  private @Nullable Resolver resolver;

  Stage(Places places, Random random) {
    this.places = places;
    this.random = random;
  }

  Places places() {
    return places;
  }

  Random random() {
    return random;
  }

  /** Few users come: what overloads many of them would not be felt. */
  boolean quiet() {
    return places.load() < 20;
  }

  /**
   * The fault is there now; the first moment counts. Said just before it is made, where that takes
   * no time: an answer while a busy machine makes it is an answer to it.
   */
  void now() {
    if (happened == null) {
      happened = Instant.now();
    }
  }

  /** What went before does not count: the fault is there now. */
  void onlyNow() {
    happened = Instant.now();
  }

  /** When the fault was there; empty if it is not said yet. */
  Optional<Instant> happened() {
    return Optional.ofNullable(happened);
  }

  /** Something that is to be ended with the fault. */
  <T extends AutoCloseable> T keep(T helper) {
    helpers.add(helper);
    return helper;
  }

  /** The name server of this run. */
  void own(Resolver one) {
    resolver = one;
  }

  Resolver resolver() {
    if (resolver == null) {
      throw new IllegalStateException("there is no name server");
    }
    return resolver;
  }

  void pause(double seconds) throws InterruptedException {
    TimeUnit.MICROSECONDS.sleep((long) (seconds * 1e6));
  }

  // --- the load balancer
  // --------------------------------------------------------------------------

  Path edge() {
    return Path.of(places.folder(), "edge");
  }

  Path configuration() {
    return edge().resolve("haproxy.cfg");
  }

  /** Edits the configuration on the disk, by hand. */
  void edit(UnaryOperator<String> change) throws IOException {
    Files.writeString(configuration(), changed(change));
  }

  private String changed(UnaryOperator<String> change) throws IOException {
    String was = Files.readString(configuration());
    String is = change.apply(was);
    if (was.equals(is)) {
      throw new IOException("the change changes nothing in " + configuration());
    }
    return is;
  }

  /** Has the master reload, by hand; returns when a new worker serves. */
  void reload() throws IOException, InterruptedException {
    long was = worker();
    try {
      master("reload");
    } catch (IOException e) {
      // It was ordered; what comes of it is looked at.
    }
    now();
    until("a new worker", () -> worker() != was && worker() != 0);
  }

  /** The current worker's process; 0 if it can't be told at the moment. */
  long worker() {
    try {
      Matcher line = WORKER.matcher(master("show proc"));
      return line.find() ? Long.parseLong(line.group(1)) : 0;
    } catch (IOException e) {
      return 0; // between two of them
    }
  }

  /** Whether this process is a worker that was replaced and still serves somebody. */
  boolean isOldWorker(long pid) throws IOException {
    return worker() != pid
        && Pattern.compile("(?m)^" + pid + "\\s+worker\\s").matcher(master("show proc")).find();
  }

  /** Says something to the current worker. */
  String runtime(String command) throws IOException {
    return master("@1 " + command);
  }

  /** A master that reloads forgets whom it was about to answer: so there is a time for that. */
  String master(String command) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(edge().resolve("master.sock")));
      channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.shutdownOutput();
      channel.configureBlocking(false);
      StringBuilder said = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(65_536);
      long end = System.nanoTime() + ANSWERS_WITHIN.toNanos();
      for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
        if (read == 0) {
          if (System.nanoTime() > end) {
            throw new IOException("the master does not answer");
          }
          LockSupport.parkNanos(2_000_000);
        }
        buffer.flip();
        said.append(StandardCharsets.UTF_8.decode(buffer));
        buffer.clear();
      }
      return said.toString();
    }
  }

  // --- changes by the product
  // ----------------------------------------------------------------------------------------

  /** A change over its review; the fault is there when it serves. */
  void apply(UnaryOperator<String> change, String... more)
      throws IOException, InterruptedException {
    long was = worker();
    long number = propose(change).number();
    Thread watch =
        Thread.ofPlatform()
            .daemon()
            .name("reload")
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                long is = worker();
                if (is != 0 && is != was) {
                  now();
                  return;
                }
                LockSupport.parkNanos(30_000_000);
              }
            });
    try {
      changes().breakGlass(number, WHY, more);
      watch.join(5000);
    } finally {
      watch.interrupt();
    }
  }

  /** A bad change over its review, before the fault; its number. */
  long breakGlass(UnaryOperator<String> change) throws IOException, InterruptedException {
    long number = propose(change).number();
    changes().breakGlass(number, WHY);
    return number;
  }

  /** Takes it back, if that has not happened by itself. */
  void takeBack(long number) throws IOException, InterruptedException {
    changes().rollBack(number, "a bad route");
  }

  /** A change that harms nobody. */
  void harmless() throws IOException, InterruptedException {
    switch (random.nextInt(3)) {
      case 0 ->
          rollOut(text ->
              Edge.line(text, "server cat-1 ", it -> it.replace("weight 100", "weight 120")));
      case 1 ->
          rollOut(
              text -> text.replace("weight 100 maxconn 64 check", "weight 100 maxconn 80 check"));
      default -> rollOut(text -> text.replace("timeout queue 2s", "timeout queue 3s"));
    }
  }

  /** A change that was checked and approved; returns when its first step serves. */
  void rollOut(UnaryOperator<String> change) throws IOException, InterruptedException {
    Changes.Proposed proposed = propose(change);
    if (proposed.blocked()) {
      throw new IOException("a good change is blocked: " + proposed.because());
    }
    changes().approve(proposed.number());
    changes().rollOut(proposed.number(), "--no-wait");
  }

  private Changes.Proposed propose(UnaryOperator<String> change)
      throws IOException, InterruptedException {
    Path candidate = Files.createTempDirectory(Path.of(places.folder()), "candidate-");
    try (Stream<Path> files = Files.list(edge())) {
      for (Path file : files.filter(it -> it.toString().matches(".*\\.(map|pem|lst)")).toList()) {
        Files.copy(file, candidate.resolve(file.getFileName()));
      }
    }
    Path file = candidate.resolve("haproxy.cfg");
    Files.writeString(file, changed(change));
    return changes().propose(file, WHY, "all");
  }

  private Changes changes() {
    return new Changes(cli(), places.balancer(), Path.of(places.folder()));
  }

  /** The product's commands, as an administrator. */
  private CommandLine cli() {
    return new CommandLine(
        Path.of(places.home()),
        Map.of(
            "CHECKRAIL_SERVER",
            places.server(),
            "XDG_CONFIG_HOME",
            Path.of(places.folder(), "config").toString()));
  }

  /** A command of the product, as an administrator. */
  void command(String... arguments) throws IOException, InterruptedException {
    CommandLine.Answer answer = cli().run(arguments);
    if (answer.status() != 0) {
      throw new IOException(
          "%s ended with %d: %s"
              .formatted(String.join(" ", arguments), answer.status(), answer.said()));
    }
  }

  // --- the payment gateway, acquirers, users
  // ----------------------------------------------------------

  /** Sets a fault switch of payment servers, 1 to 3. */
  void fault(String json, int... servers) throws IOException {
    now();
    set(json, servers);
  }

  /** The same for all payment servers. */
  void faultEverywhere(String json) throws IOException {
    fault(json, 1, 2, 3);
  }

  /** Sets switches as part of what is so before. */
  void set(String json, int... servers) throws IOException {
    for (int server : servers) {
      post("pay-" + server, "/admin/faults", "admin.token", json);
    }
  }

  /** How many payments a payment server does at a time, so that it can be overloaded at all. */
  void workers(int many) throws IOException {
    set("{\"workers\":" + many + "}", 1, 2, 3);
  }

  /** Acquirers conduct themselves like this. */
  void acquirer(String name, String mode, long millis, double share) throws IOException {
    post(
        name,
        "/control",
        "control.token",
        String.format(
            Locale.ROOT, "{\"mode\":\"%s\",\"millis\":%d,\"share\":%.3f}", mode, millis, share));
  }

  void acquirers(String mode, long millis, double share) throws IOException {
    acquirer("acq-a", mode, millis, share);
    acquirer("acq-b", mode, millis, share);
  }

  private void post(String port, String path, String token, String json) throws IOException {
    HttpURLConnection connection = open(port, path);
    connection.setDoOutput(true);
    connection.setRequestProperty(
        "Authorization", "Bearer " + Files.readString(Path.of(places.folder(), token)).strip());
    connection.setRequestProperty("Content-Type", "application/json");
    try (var out = connection.getOutputStream()) {
      out.write(json.getBytes(StandardCharsets.UTF_8));
    }
    int status = connection.getResponseCode();
    connection.disconnect();
    if (status != 200) {
      throw new IOException(port + path + " answered " + status);
    }
  }

  private HttpURLConnection open(String port, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + places.port(port) + path).toURL().openConnection();
    connection.setConnectTimeout(3000);
    connection.setReadTimeout(10_000);
    return connection;
  }

  private boolean answers(String port, String path) {
    try {
      HttpURLConnection connection = open(port, path);
      try {
        return connection.getResponseCode() == 200;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }

  /** Tells users how to be; what they answer. */
  String users(String line) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), places.port("crowd")), 3000);
      socket.setSoTimeout(5000);
      new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8).println(line);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  // --- processes
  // ------------------------------------------------------------------------------------

  /** The one process of this folder whose command line has these words. */
  long process(String... words) throws IOException {
    List<Long> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path one : all.toList()) {
        String name = String.valueOf(one.getFileName());
        if (name.matches("[0-9]{1,9}")) {
          String command = commandLine(Long.parseLong(name));
          if (command.contains(places.folder() + "/")
              && Arrays.stream(words).allMatch(command::contains)) {
            found.add(Long.parseLong(name));
          }
        }
      }
    }
    if (found.size() != 1) {
      throw new IOException(found.size() + " processes with " + String.join(" ", words));
    }
    return found.getFirst();
  }

  private static String commandLine(long pid) {
    return String.join("\0", arguments(pid)) + "\0";
  }

  private static List<String> arguments(long pid) {
    try {
      String text = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      return Arrays.asList(text.split("\0"));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** A payment server's process, 1 to 3. */
  long instance(int number) throws IOException {
    return process("serve\0", "--name\0" + places.pay(number) + "\0");
  }

  /** How a payment server was started. */
  List<String> arguments(int number) throws IOException {
    return arguments(instance(number));
  }

  /** A payment server holds more than it has, until it dies of that. */
  void leak(int number) {
    try {
      fault("{\"memory_leak_mb\":400}", number);
    } catch (IOException e) {
      now(); // it died before it could answer
    }
  }

  /** The process that the database's other ones belong to. */
  long postmaster() throws IOException {
    Path pid = Path.of(places.folder(), "gateway/database/pgdata/postmaster.pid");
    return Long.parseLong(Files.readAllLines(pid).getFirst().strip());
  }

  /** The master of the load balancer. */
  long haproxyMaster() throws IOException {
    Matcher line = Pattern.compile("(?m)^(\\d+)\\s+master").matcher(master("show proc"));
    if (!line.find()) {
      throw new IOException("the master does not say who it is");
    }
    return Long.parseLong(line.group(1));
  }

  void signal(long pid, String name) throws IOException, InterruptedException {
    signal(List.of(pid), name);
  }

  /** To several processes in the same moment. */
  void signal(List<Long> pids, String name) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    pids.forEach(pid -> command.add(pid.toString()));
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + status);
    }
  }

  /** A process that was ended, and how to start it again. */
  record Ended(List<String> command) {
    Ended {
      command = List.copyOf(command);
    }
  }

  /** Ends a process; waits until it is gone. */
  Ended end(long pid, String signal) throws IOException, InterruptedException {
    Ended ended = new Ended(arguments(pid));
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    signal(pid, signal);
    until("the end of " + pid, () -> handle.map(it -> !it.isAlive()).orElse(true));
    return ended;
  }

  /** Starts it again, with other arguments perhaps; it outlives us. */
  void start(Ended ended, UnaryOperator<List<String>> arguments, String log) throws IOException {
    new ProcessBuilder(arguments.apply(new ArrayList<>(ended.command())))
        .directory(Path.of(places.folder()).toFile())
        .redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(
                Path.of(places.folder(), "log", log + ".log").toFile()))
        .start();
  }

  void startInstance(int number, Ended ended, UnaryOperator<List<String>> arguments)
      throws IOException, InterruptedException {
    start(ended, arguments, places.pay(number));
    until(places.pay(number) + " to be ready", () -> answers("pay-" + number, "/ready"));
  }

  void startReports(Ended ended, UnaryOperator<List<String>> arguments)
      throws IOException, InterruptedException {
    start(ended, arguments, places.reportsServer());
    until(places.reportsServer() + " to be ready", () -> answers("reports", "/live"));
  }

  /** Waits for something. */
  void until(String what, Callable<Boolean> done) throws IOException, InterruptedException {
    long end = System.nanoTime() + WITHIN.toNanos();
    while (true) {
      try {
        if (done.call()) {
          return;
        }
      } catch (IOException e) {
        // Asked again.
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
      if (System.nanoTime() > end) {
        throw new IOException("waited in vain for " + what);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  // --- afterwards
  // -----------------------------------------------------------------------------------

  /** Where the files lie as they are when nothing is done to them. */
  Path base() {
    return Path.of(places.folder(), "base");
  }

  /** If the files are not those that run: has the master reload, before anybody looks. */
  void settle() throws IOException, InterruptedException {
    if (Files.mismatch(configuration(), base().resolve("haproxy.cfg")) >= 0) {
      reload();
    }
    happened = null;
  }

  /**
   * Everything as it was; returns once it is.
   *
   * @throws IOException with what is left
   */
  void restore() throws IOException, InterruptedException {
    close();
    for (String server : List.of("pay-1", "pay-2", "pay-3", "reports")) {
      until(server, () -> answers(server, "/live"));
      until(
          server + " to have its switches off",
          () -> {
            post(server, "/admin/faults", "admin.token", "{\"reset\":true}");
            return true;
          });
    }
    for (String acquirer : List.of("acq-a", "acq-b")) {
      until(
          acquirer,
          () -> {
            acquirer(acquirer, "slow", ACQUIRER_MILLIS, 1);
            return true;
          });
    }
    try (Stream<Path> files = Files.list(base())) {
      for (Path file : files.toList()) {
        Files.copy(file, edge().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.writeString(edge().resolve("server-state"), "");
    reload();
    Matcher workers = WORKER.matcher(master("show proc"));
    boolean current = workers.find();
    while (current && workers.find()) {
      // It may have ended by itself meanwhile.
      ProcessHandle.of(Long.parseLong(workers.group(1))).ifPresent(ProcessHandle::destroyForcibly);
    }
    until("all servers to be up", this::allUp);
    until("payments to be ready", () -> answers("pay-1", "/ready") && answers("pay-2", "/ready"));
  }

  private boolean allUp() throws IOException {
    List<String> servers =
        runtime("show stat -1 4 -1")
            .lines()
            .filter(it -> !it.isEmpty() && !it.startsWith("#"))
            .toList();
    return servers.size() == 6
        && servers.stream().allMatch(it -> it.split(",", -1)[17].equals("UP"));
  }

  @Override
  public void close() {
    for (AutoCloseable helper : helpers.reversed()) {
      try {
        helper.close();
      } catch (Exception e) {
        System.err.println("checkrail: " + e.getMessage());
      }
    }
    helpers.clear();
  }
}
