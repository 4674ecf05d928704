package dev.checkrail.rehearse;

import dev.checkrail.rehearse.agent.Delivery;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.rehearse.agent.SandboxAgent;
import dev.checkrail.rehearse.agent.Stub;
import dev.checkrail.rehearse.agent.Wire;
import dev.checkrail.rehearse.agent.Wire.Question;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A place where HAProxy runs and nothing leaves: a process of ours ({@link SandboxAgent}) in
 * network, process, mount and user namespaces of its own. In there every address is local, so a
 * configuration's own addresses and ports are used as they stand, a client can have any source
 * address, and there is no way out. Opening costs 0.1 s, once; then each configuration 15 to 20 ms
 * (HAProxy's own start is 9) and each request half of one.
 *
 * <p>Where the machine refuses namespaces, {@link #mode()} is {@link Mode#LOOPBACK}: the same
 * process on the machine's own loopback device. Then the caller brings a configuration that listens
 * on free ports ({@link #freePorts}) behind {@code accept-proxy}, talks to stubs on free ports, and
 * sends requests {@link RawRequest#through} them; and it must itself have taken out whatever could
 * connect elsewhere. HAProxy is ended as soon as it is seen with a socket outside of the loopback
 * device, and its C library (GNU) asks no name server.
 *
 * <p>HAProxy is started with three lines added, in a file of its own after all others: an admin
 * socket (a file in the folder), {@code no strict-limits}, and {@code httpclient.ssl.verify none},
 * which spares the reading of the system's certificates, two thirds of the start. No line of the
 * configuration is touched; commands in it (Lua, external checks, programs) are the caller's to
 * take out of the copy.
 *
 * <p>All questions of one sandbox are answered one after the other. When it is closed, or this
 * process ends in any way, all in it ends; its folder is deleted, at the latest by the next {@link
 * #open}.
 */
public final class Sandbox implements AutoCloseable {
  /** What kind of sandbox this is. */
  public enum Mode {
    /** Namespaces of its own: any address, any port, no way out. */
    NAMESPACE,
    /** The machine's loopback device, shared with everything else on it. */
    LOOPBACK
  }

  private static final String ADMIN_SOCKET = "checkrail-admin.sock";
  private static final String ADMIN_FILE = "checkrail-admin.cfg";
  private static final String ADMIN_TEXT =
      """
      global
        stats socket unix@%s mode 600 level admin
        no strict-limits
      .if version_atleast(2.6)
        httpclient.ssl.verify none
      .endif
      """
          .formatted(ADMIN_SOCKET);

  /** How long a question may take beyond the time that it names itself. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration START = Duration.ofSeconds(10);

  private final WorkingFolder home;
  private final Enclosure enclosure;
  private final List<String> remarks;
  private final Agent agent;
  private final Thread atExit;
  private int folders;
  private Optional<ThrowAwayCertificate> certificates = Optional.empty();

  private Sandbox(WorkingFolder home, Enclosure enclosure, List<String> remarks, Agent agent) {
    this.home = home;
    this.enclosure = enclosure;
    this.remarks = List.copyOf(remarks);
    this.agent = agent;
    this.atExit = new Thread(this::closeQuietly, "sandbox");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Opens the strongest sandbox that the settings and the machine allow. Sweeps what sandboxes of
   * dead processes left.
   *
   * @throws SandboxException with its kind: no binary, namespaces refused, no folder
   */
  public static Sandbox open(SandboxSettings settings) throws SandboxException {
    Path binary = binary(settings);
    WorkingFolder home;
    Path classes;
    int user;
    try {
      home = WorkingFolder.make(settings.temporary());
      classes = home.copyAgent();
      user = WorkingFolder.user();
    } catch (IOException e) {
      throw new SandboxException(
          SandboxException.Kind.FOLDER, "no working folder for the sandbox: " + words(e));
    }
    List<String> remarks = new ArrayList<>();
    for (Enclosure way : Enclosure.ways(user == 0, settings.mode())) {
      try {
        home.give(way.owner());
        return new Sandbox(home, way, remarks, Agent.start(way, home.path(), classes, binary));
      } catch (HaproxyDoesNotRun e) {
        if (way.owner().isEmpty()) {
          quietly(home);
          throw new SandboxException(
              SandboxException.Kind.HAPROXY_MISSING, binary + " does not run: " + words(e));
        }
        remarks.add("no " + way.name() + ": " + binary + " does not run there: " + words(e));
      } catch (IOException e) {
        remarks.add("no " + way.name() + ": " + words(e));
      }
    }
    quietly(home);
    throw new SandboxException(
        SandboxException.Kind.NAMESPACE_REFUSED,
        "this machine refuses a sandbox: "
            + (remarks.isEmpty()
                ? "unshare (package util-linux) is missing"
                : String.join("; ", remarks)));
  }

  private static Path binary(SandboxSettings settings) throws SandboxException {
    if (settings.haproxy().isPresent()) {
      Path given = settings.haproxy().get().toAbsolutePath();
      if (Files.isRegularFile(given) && Files.isExecutable(given)) {
        return given;
      }
      throw new SandboxException(
          SandboxException.Kind.HAPROXY_MISSING,
          "no HAProxy binary at "
              + given
              + " (Debian: apt-get install -y --no-install-recommends haproxy)");
    }
    return Enclosure.tool("haproxy")
        .orElseThrow(() ->
            new SandboxException(
                SandboxException.Kind.HAPROXY_MISSING,
                "no haproxy in PATH or the sbin folders"
                    + " (Debian: apt-get install -y --no-install-recommends haproxy)"));
  }

  /** What kind of sandbox this is. */
  public Mode mode() {
    return enclosure.namespace() ? Mode.NAMESPACE : Mode.LOOPBACK;
  }

  /** How it is shut in, in words; and for every stronger way why it was refused. */
  public List<String> remarks() {
    List<String> all = new ArrayList<>();
    all.add(enclosure.name());
    all.addAll(remarks);
    return all;
  }

  /** The first line of {@code haproxy -v}. */
  public String haproxyVersion() {
    return agent.hello.lines().findFirst().orElse("");
  }

  /** An empty folder for one configuration, HAProxy's working directory; ours to fill. */
  public synchronized Path newFolder() throws SandboxException {
    try {
      return Files.createDirectory(home.path().resolve(Integer.toString(++folders)));
    } catch (IOException e) {
      throw new SandboxException(SandboxException.Kind.FOLDER, "no new folder: " + words(e));
    }
  }

  /** Deletes a folder, when a sandbox is used for many configurations. */
  public void discard(Path folder) throws SandboxException {
    inside(folder);
    try {
      WorkingFolder.delete(folder);
    } catch (IOException e) {
      throw new SandboxException(SandboxException.Kind.FOLDER, "cannot delete: " + words(e));
    }
  }

  /**
   * Makes the stubs exactly those given, starts HAProxy and waits until it serves. One runs at a
   * time.
   *
   * @param folder made by {@link #newFolder}, or a folder in it: HAProxy's working directory
   * @param files as they are given to {@code -f}, in order, relative to the folder
   * @param environment all that HAProxy sees
   * @param stubs the servers to play; none may have an address that the configuration binds itself
   */
  public Launched start(
      Path folder, List<String> files, Map<String, String> environment, List<Stub> stubs)
      throws SandboxException {
    inside(folder);
    try {
      Files.writeString(folder.resolve(ADMIN_FILE), ADMIN_TEXT);
      WorkingFolder.give(made(folder), enclosure.owner());
    } catch (IOException e) {
      throw new SandboxException(
          SandboxException.Kind.FOLDER, "cannot prepare the folder: " + words(e));
    }
    List<String> arguments = new ArrayList<>(List.of("-db", "-dr"));
    for (String file : files) {
      arguments.add("-f");
      arguments.add(file);
    }
    arguments.add("-f");
    arguments.add(ADMIN_FILE);
    return ask(
        Question.START,
        START,
        out -> {
          Wire.text(out, place(folder));
          Wire.list(out, arguments, Wire::text);
          Wire.environment(out, environment);
          Wire.text(out, ADMIN_SOCKET);
          out.writeInt((int) START.toMillis());
          out.writeBoolean(mode() == Mode.LOOPBACK);
          Wire.list(out, stubs, Wire::stub);
        },
        in -> {
          int number = in.readInt();
          Ended ended = Ended.read(in);
          List<Endpoint> listening = Wire.list(in, Wire::endpoint);
          return number == 0
              ? new Launched.Refused(ended.exit, ended.timedOut, ended.output)
              : new Running(this, number, ended.output, listening);
        });
  }

  /**
   * Makes the stubs exactly these: those that listen already go on with their connections and
   * behave as given from now on; those not named, or given as refusing, are closed with theirs.
   * Returns where each listens, in order; for port 0 the one that was chosen.
   */
  public List<Endpoint> stubs(List<Stub> stubs) throws SandboxException {
    return ask(
        Question.STUBS,
        Duration.ZERO,
        out -> Wire.list(out, stubs, Wire::stub),
        in -> Wire.list(in, Wire::endpoint));
  }

  /**
   * Puts addresses on the sandbox's loopback device. Rarely needed, for every address is local
   * there anyway.
   */
  public void addAddresses(List<String> addresses) throws SandboxException {
    if (mode() == Mode.NAMESPACE) {
      ask(
          Question.ADDRESSES,
          Duration.ZERO,
          out -> Wire.list(out, addresses, Wire::text),
          in -> true);
    }
  }

  /**
   * Ports of 127.0.0.1 that are free, and stay so for HAProxy and the stubs until this is asked
   * again: nobody else gets them by chance.
   */
  public List<Integer> freePorts(int count) throws SandboxException {
    return ask(
        Question.PORTS,
        Duration.ZERO,
        out -> out.writeInt(count),
        in -> Wire.list(in, DataInputStream::readInt));
  }

  Native.Verdict run(
      Path folder, List<String> arguments, Map<String, String> environment, Duration time)
      throws SandboxException {
    inside(folder);
    try {
      WorkingFolder.give(made(folder), enclosure.owner());
    } catch (IOException e) {
      throw new SandboxException(
          SandboxException.Kind.FOLDER, "cannot prepare the folder: " + words(e));
    }
    return ask(
        Question.RUN,
        time,
        out -> {
          Wire.text(out, place(folder));
          Wire.list(out, arguments, Wire::text);
          Wire.environment(out, environment);
          out.writeInt((int) Math.min(Integer.MAX_VALUE, time.toMillis()));
        },
        in -> {
          Ended ended = Ended.read(in);
          boolean accepted = !ended.timedOut && (ended.exit == 0 || ended.exit == 2);
          return new Native.Verdict(accepted, ended.exit, ended.timedOut, ended.output);
        });
  }

  List<Exchange> exchange(List<RawRequest> requests) throws SandboxException {
    long millis = requests.stream().mapToLong(RawRequest::timeoutMillis).sum();
    return ask(
        Question.EXCHANGE,
        Duration.ofMillis(millis),
        out -> Wire.list(out, requests, Wire::request),
        in -> Wire.list(in, Wire::exchange));
  }

  List<Delivery> take() throws SandboxException {
    return ask(Question.TAKE, Duration.ZERO, out -> {}, in -> Wire.list(in, Wire::delivery));
  }

  String admin(int number, String line) throws SandboxException {
    return ask(
        Question.ADMIN,
        Duration.ZERO,
        out -> {
          out.writeInt(number);
          Wire.text(out, line);
        },
        Wire::text);
  }

  Ended look(int number) throws SandboxException {
    return ask(Question.LOOK, Duration.ZERO, out -> out.writeInt(number), Ended::read);
  }

  void stop(int number) throws SandboxException {
    if (agent.lost) {
      return;
    }
    ask(Question.STOP, Duration.ZERO, out -> out.writeInt(number), Ended::read);
  }

  /** How a process ended; exit -1 while it runs. */
  record Ended(int exit, boolean timedOut, String output) {
    static Ended read(DataInputStream in) throws IOException {
      return new Ended(in.readInt(), in.readBoolean(), Wire.text(in));
    }
  }

  /** Relative, because the address of a Unix socket is bounded by some 100 bytes. */
  private String place(Path folder) {
    return home.path().relativize(folder).toString();
  }

  /** Certificates of one key: making it takes longer than all else of a start. */
  synchronized ThrowAwayCertificate certificates(Instant now) {
    if (certificates.isEmpty()) {
      certificates = Optional.of(ThrowAwayCertificate.maker(now));
    }
    return certificates.get();
  }

  /** The folder made by {@link #newFolder} that this is, or that it lies in. */
  private Path made(Path folder) {
    return home.path().resolve(home.path().relativize(folder).getName(0));
  }

  private void inside(Path folder) {
    if (!folder.normalize().startsWith(home.path()) || folder.normalize().equals(home.path())) {
      throw new IllegalArgumentException(folder + " was not made by this sandbox");
    }
  }

  @FunctionalInterface
  private interface Writing {
    void write(DataOutputStream out) throws IOException;
  }

  private <T> T ask(Question question, Duration time, Writing writing, Wire.Reader<T> reader)
      throws SandboxException {
    try {
      Wire.Frame frame = new Wire.Frame(question);
      writing.write(frame.out());
      DataInputStream answer = agent.ask(frame, time.plus(PATIENCE));
      if (!answer.readBoolean()) {
        throw new SandboxException(SandboxException.Kind.QUESTION_FAILED, Wire.text(answer));
      }
      return reader.read(answer);
    } catch (SandboxException e) {
      throw e;
    } catch (IOException e) {
      agent.end();
      throw new SandboxException(
          SandboxException.Kind.AGENT_LOST, "the sandbox's process is lost: " + words(e));
    }
  }

  /** Ends all that runs in it and deletes its folder. */
  @Override
  public void close() throws SandboxException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending: the hook closes this.
      return;
    }
    closeQuietly();
    if (Files.exists(home.path())) {
      throw new SandboxException(SandboxException.Kind.FOLDER, "could not delete " + home.path());
    }
  }

  private void closeQuietly() {
    agent.end();
    quietly(home);
  }

  private static void quietly(WorkingFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      // The next start sweeps it.
    }
  }

  private static String words(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /** The agent runs, HAProxy in it does not. */
  private static final class HaproxyDoesNotRun extends IOException {
    private static final long serialVersionUID = 1L;

    HaproxyDoesNotRun(String message) {
      super(message);
    }
  }

  /** The agent's process and the pipes to it. */
  private static final class Agent {
    private final Process process;
    private final OutputStream out;
    private final Thread reader;
    private final BlockingQueue<Optional<DataInputStream>> answers = new ArrayBlockingQueue<>(4);
    private String hello = "";
    private volatile boolean lost;

    private Agent(Process process) {
      this.process = process;
      this.out = process.getOutputStream();
      this.reader = Thread.ofPlatform().daemon().name("sandbox-answers").start(this::read);
    }

    static Agent start(Enclosure way, Path home, Path classes, Path binary) throws IOException {
      Path errors = home.resolve("agent.err");
      List<String> command = new ArrayList<>(way.before());
      command.add(home.toString());
      command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
      command.addAll(
          List.of(
              "-XX:TieredStopAtLevel=1",
              "-XX:+UseSerialGC",
              "-XX:-UsePerfData",
              "-XX:+DisplayVMOutputToStderr",
              "-Xmx256m",
              "-Xshare:auto",
              "-cp",
              classes.toString(),
              SandboxAgent.class.getName()));
      command.addAll(way.wrapper());
      command.add(binary.toString());
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
      builder.redirectError(errors.toFile());
      Agent agent = new Agent(builder.start());
      try {
        DataInputStream first = agent.answer(PATIENCE);
        if (!first.readBoolean()) {
          throw new HaproxyDoesNotRun(Wire.text(first).strip());
        }
        agent.hello = Wire.text(first);
        return agent;
      } catch (HaproxyDoesNotRun e) {
        agent.end();
        throw e;
      } catch (IOException e) {
        agent.end();
        String said = Files.readString(errors, StandardCharsets.ISO_8859_1).strip();
        throw new IOException(said.isEmpty() ? words(e) : said, e);
      }
    }

    private void read() {
      try (var in = new java.io.BufferedInputStream(process.getInputStream(), 64 * 1024)) {
        Optional<DataInputStream> next;
        do {
          next = Wire.next(in);
          answers.put(next);
        } while (next.isPresent());
      } catch (IOException e) {
        answers.offer(Optional.empty());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    synchronized DataInputStream ask(Wire.Frame question, Duration time) throws IOException {
      if (lost) {
        throw new IOException("it has ended");
      }
      question.send(out);
      return answer(time);
    }

    private DataInputStream answer(Duration time) throws IOException {
      try {
        Optional<DataInputStream> answer = answers.poll(time.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null) {
          throw new IOException("no answer within " + time.toSeconds() + " s");
        }
        return answer.orElseThrow(() -> new IOException("it has ended"));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    /** The end of its input is the agent's end; what does not hear is killed. */
    void end() {
      lost = true;
      try {
        out.close();
      } catch (IOException e) {
        // It is gone already.
      }
      try {
        reader.join(2_000);
        process.destroyForcibly().waitFor(2, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
