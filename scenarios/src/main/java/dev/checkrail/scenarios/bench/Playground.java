package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Children;
import dev.checkrail.scenarios.topology.Children.Child;
import dev.checkrail.scenarios.topology.Staging;
import dev.checkrail.scenarios.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The topology, with what the bench has beside it: tenants, merchants, and no control plane of its
 * own, because each run has one for itself. Used for one run after the other, as long as everything
 * could be made as it was.
 */
final class Playground implements AutoCloseable {
  private static final Pattern KEY = Pattern.compile("key (sk_\\S+)");
  private static final int MERCHANTS = 4;

  private final Path home;
  private final Topology topology;
  private final Map<String, Integer> ports;
  private final List<String> keys = new ArrayList<>();

  private Playground(Path home, Topology topology, Map<String, Integer> ports) {
    this.home = home;
    this.topology = topology;
    this.ports = Map.copyOf(ports);
  }

  static Playground start(Path home, Consumer<String> progress)
      throws IOException, InterruptedException {
    Topology topology =
        // Others on this machine have other ports.
        Topology.startAlone(home, Staging.of(System.nanoTime() >>> 10, 1), progress);
    try {
      Map<String, Integer> ports = new LinkedHashMap<>(topology.staging().ports());
      Random random = new Random();
      for (String what : List.of("crowd", "dns")) {
        ports.put(what, Staging.freePort(random, ports));
      }
      Playground playground = new Playground(home, topology, ports);
      playground.set();
      return playground;
    } catch (IOException | InterruptedException | RuntimeException e) {
      topology.close();
      throw e;
    }
  }

  private void set() throws IOException, InterruptedException {
    Staging staging = topology.staging();
    Path base = Files.createDirectories(topology.folder().resolve("base"));
    Files.writeString(
        base.resolve("haproxy.cfg"), Edge.base(Files.readString(topology.configuration())));
    Files.writeString(topology.policy(), signals(Files.readString(topology.policy()), staging));
    Files.writeString(
        base.resolve("tenants.map"), Edge.tenants(staging.shopHost(), staging.shopPool()));
    Files.copy(
        topology.edge().resolve("checkrail-marker.cfg"), base.resolve("checkrail-marker.cfg"));
    keys.add(Files.readString(topology.folder().resolve("shop.key")).strip());
    List<Child> added = new ArrayList<>();
    for (int i = 0; i < MERCHANTS; i++) {
      added.add(
          topology
              .children()
              .start(
                  "merchant-" + i,
                  List.of(
                      home.resolve("bin/payment-gateway").toString(),
                      "merchants",
                      "add",
                      "--data",
                      topology.folder().resolve("gateway").toString(),
                      "--rate-limit",
                      "1000",
                      "Merchant " + i),
                  Map.of()));
    }
    for (Child one : added) {
      int status = one.process().waitFor();
      Matcher key = KEY.matcher(one.said());
      if (status != 0 || !key.find()) {
        throw new IOException("a merchant could not be added; see " + one.log());
      }
      keys.add(key.group(1));
    }
    try (Stage stage = new Stage(places(1), new Random(1))) {
      stage.restore();
    }
  }

  /**
   * The gateway also says how long connections of the database are held: some milliseconds usually,
   * on average over all the short ones that a payment needs.
   */
  private static String signals(String policy, Staging staging) {
    return Edge.after(
        policy,
        "signals:",
        "  database-time: { url: \"http://127.0.0.1:%d/metrics\",".formatted(staging.port("pay-1"))
            + " query: \"gateway_database_held_seconds\", above: 0.04 }");
  }

  Topology topology() {
    return topology;
  }

  /** Where everything is. */
  Places places(double load) {
    Staging staging = topology.staging();
    return new Places(
        home.toString(),
        topology.folder().toString(),
        load,
        staging.host(),
        staging.secondHost(),
        staging.shopHost(),
        staging.payPool(),
        staging.reportsPool(),
        staging.shopPool(),
        List.of(staging.pay(1), staging.pay(2), staging.pay(3)),
        staging.reportsServer(),
        topology.balancer(),
        "http://127.0.0.1:" + staging.port("serve"),
        ports);
  }

  /** Users begin to come. */
  Child crowd(double load, long seed, String run) throws IOException, InterruptedException {
    Staging staging = topology.staging();
    ObjectNode settings = JsonMapper.builder().build().createObjectNode();
    settings.put("load", load);
    settings.put("seed", seed);
    settings.put("run", run);
    settings.put("http", staging.port("http"));
    settings.put("control", ports.get("crowd"));
    settings.put("host", staging.host());
    settings.put("secondHost", staging.secondHost());
    settings.put("shopHost", staging.shopHost());
    settings.put("share", staging.share());
    settings.put("looper", Files.readString(topology.folder().resolve("limited.key")).strip());
    settings.put("log", topology.raw().resolve("users-" + run + ".jsonl").toString());
    keys.forEach(settings.putArray("keys")::add);
    Path file = topology.folder().resolve("crowd-" + run + ".json");
    Files.writeString(file, settings.toString());
    Child crowd =
        topology.children().startTalking("crowd-" + run, ours(Crowd.class, file.toString()));
    int said = crowd.process().getInputStream().read(); // the first word: it listens
    if (said < 0) {
      throw new IOException("users do not come; see " + crowd.log());
    }
    return crowd;
  }

  /** The process that injects. */
  Child injector(double load, int scenario, long seed, boolean harmless) throws IOException {
    Path file = topology.folder().resolve("places.json");
    Files.writeString(file, places(load).json());
    return topology
        .children()
        .startTalking(
            "injector",
            ours(
                Injector.class,
                file.toString(),
                Integer.toString(scenario),
                Long.toString(seed),
                Boolean.toString(harmless)));
  }

  private List<String> ours(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-XX:-UsePerfData",
            "-Dcheckrail.run=" + topology.folder() + "/"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  static void end(Child child) {
    child.process().destroy();
    try {
      if (!child.process().waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) {
        child.process().destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      child.process().destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  Children children() {
    return topology.children();
  }

  @Override
  public void close() {
    topology.close();
  }
}
