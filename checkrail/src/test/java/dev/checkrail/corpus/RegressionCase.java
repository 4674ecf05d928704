package dev.checkrail.corpus;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One of HAProxy's own regression tests.
 *
 * @param name path of the test in HAProxy's source
 * @param passed whether it passes on the binary that is the judge
 * @param configurations its HAProxy processes
 * @param clients who send, in order
 * @param servers who answer, by name; lines of several runs of one server joined
 * @param ports by name of a listener or server
 */
record RegressionCase(
    String name,
    boolean passed,
    List<Config> configurations,
    List<Actor> clients,
    Map<String, Actor> servers,
    Map<String, Integer> ports) {

  RegressionCase {
    configurations = List.copyOf(configurations);
    clients = List.copyOf(clients);
    servers = Map.copyOf(servers);
    ports = Map.copyOf(ports);
  }

  /**
   * A HAProxy process.
   *
   * @param name as {@code connect} begins with
   * @param file its configuration
   * @param expectBad whether HAProxy must refuse it
   * @param accepted whether the binary that is the judge takes it
   */
  record Config(String name, Path file, boolean expectBad, boolean accepted) {}

  /**
   * A client or server and its script.
   *
   * @param connect to which listener, {@code process_bind}
   */
  record Actor(String name, Optional<String> connect, List<String> steps) {
    Actor {
      steps = List.copyOf(steps);
    }
  }

  static List<RegressionCase> all() {
    Path folder = Shared.folder("corpus/haproxy");
    JsonNode root = JsonMapper.shared().readTree(folder.resolve("reg-tests-cases.json").toFile());
    List<RegressionCase> cases = new ArrayList<>();
    for (JsonNode one : root) {
      List<Config> configurations = new ArrayList<>();
      for (JsonNode config : one.get("haproxy")) {
        configurations.add(
            new Config(
                config.get("name").asString(),
                folder.resolve("reg-tests").resolve(config.get("conf").asString()),
                config.get("expectBad").asBoolean(),
                config.get("accept26").asBoolean()));
      }
      Map<String, Integer> ports = new LinkedHashMap<>();
      one.get("ports")
          .properties()
          .forEach(port -> ports.put(port.getKey(), port.getValue().asInt()));
      Map<String, Actor> servers = new LinkedHashMap<>();
      for (Actor server : actors(one.get("servers"))) {
        servers.merge(server.name(), server, RegressionCase::joined);
      }
      cases.add(
          new RegressionCase(
              one.get("vtc").asString(),
              one.get("status26").asString().equals("passed"),
              configurations,
              actors(one.get("clients")),
              servers,
              ports));
    }
    return cases;
  }

  private static Actor joined(Actor first, Actor second) {
    List<String> steps = new ArrayList<>(first.steps());
    steps.addAll(second.steps());
    return new Actor(first.name(), first.connect(), steps);
  }

  private static List<Actor> actors(JsonNode list) {
    List<Actor> actors = new ArrayList<>();
    for (JsonNode actor : list) {
      List<String> steps = new ArrayList<>();
      actor.get("steps").forEach(step -> steps.add(step.asString().strip()));
      JsonNode connect = actor.get("connect");
      actors.add(
          new Actor(
              actor.get("name").asString(),
              connect.isNull() ? Optional.empty() : Optional.of(connect.asString()),
              steps));
    }
    return actors;
  }
}
