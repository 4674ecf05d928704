package dev.checkrail.rehearse;

import dev.checkrail.rehearse.agent.Delivery;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.rehearse.agent.Stub;
import java.util.ArrayList;
import java.util.List;

/**
 * An HAProxy that runs in the sandbox. Requests go one after the other: that is what makes "what
 * the stubs received meanwhile" exact. For parallel work open a sandbox for each core.
 *
 * <p>Health checks reach the stubs too. A check that only connects is no delivery; for the others
 * call {@link #pauseChecks()} first, which stops them without a change of the configuration.
 */
public final class Running implements Launched, AutoCloseable {
  private final Sandbox sandbox;
  private final int number;
  private final String warnings;
  private final List<Endpoint> stubs;

  Running(Sandbox sandbox, int number, String warnings, List<Endpoint> stubs) {
    this.sandbox = sandbox;
    this.number = number;
    this.warnings = warnings;
    this.stubs = List.copyOf(stubs);
  }

  /** What HAProxy wrote until it served: notices and warnings. */
  public String warnings() {
    return warnings;
  }

  /** Where the stubs given at the start listen, in that order; a port 0 was chosen there. */
  public List<Endpoint> stubs() {
    return stubs;
  }

  /** Sends one request and waits for its end. */
  public Exchange exchange(RawRequest request) throws SandboxException {
    return sandbox.exchange(List.of(request)).getFirst();
  }

  /** Sends requests one after the other; one exchange for each, in order. */
  public List<Exchange> exchange(List<RawRequest> requests) throws SandboxException {
    return sandbox.exchange(requests);
  }

  /** Makes the stubs exactly these (see {@link Sandbox#stubs}). */
  public List<Endpoint> stubs(List<Stub> now) throws SandboxException {
    return sandbox.stubs(now);
  }

  /** What the stubs received since the last exchange. */
  public List<Delivery> strays() throws SandboxException {
    return sandbox.take();
  }

  /**
   * Sends a line to HAProxy's admin socket and returns the reply (HAProxy's management guide,
   * section 9.3). Several commands are separated by semicolons.
   */
  public String admin(String line) throws SandboxException {
    return sandbox.admin(number, line);
  }

  /**
   * Stops all health and agent checks; each server keeps the state it has at this moment ({@code
   * set server B/S health up} by {@link #admin} makes it sure). When this returns no check is under
   * way any more, other than one that waits for a server that hangs. Returns {@code backend/server}
   * of those it stopped.
   */
  public List<String> pauseChecks() throws SandboxException {
    List<String> paused = new ArrayList<>();
    List<String> commands = new ArrayList<>();
    for (ServerState server : servers()) {
      if ((server.checkState & ServerState.ENABLED) != 0) {
        commands.add("disable health " + server.name);
      }
      if ((server.agentState & ServerState.ENABLED) != 0) {
        commands.add("disable agent " + server.name);
      }
      if (((server.checkState | server.agentState) & ServerState.ENABLED) != 0) {
        paused.add(server.name);
      }
    }
    // A line of the admin socket is bounded by tune.bufsize, which may be as small as 1 KiB.
    for (int at = 0; at < commands.size(); at += 8) {
      admin(String.join("; ", commands.subList(at, Math.min(at + 8, commands.size()))));
    }
    if (!paused.isEmpty()) {
      awaitChecks();
      strays();
    }
    return paused;
  }

  private void awaitChecks() throws SandboxException {
    // Each round is a question to HAProxy itself, so this waits without a clock. It gives up in the
    // end: a check that hangs on its server has sent what it had to send.
    for (int round = 0; round < 2_000; round++) {
      if (servers().stream()
          .noneMatch(s -> ((s.checkState | s.agentState) & ServerState.IN_PROGRESS) != 0)) {
        return;
      }
    }
  }

  /** Whether the process still runs. */
  public boolean alive() throws SandboxException {
    return sandbox.look(number).exit() < 0;
  }

  /** What HAProxy has written so far, at most 64 KiB: warnings, logs to standard output. */
  public String output() throws SandboxException {
    return sandbox.look(number).output();
  }

  /** Ends HAProxy at once. The stubs go on; the folder stays until the sandbox is closed. */
  @Override
  public void close() throws SandboxException {
    sandbox.stop(number);
  }

  /** Columns of {@code show servers state} (management guide, section 9.3). */
  private record ServerState(String name, int checkState, int agentState) {
    static final int IN_PROGRESS = 1;
    static final int ENABLED = 4;
  }

  private List<ServerState> servers() throws SandboxException {
    List<ServerState> servers = new ArrayList<>();
    for (String line : admin("show servers state").split("\n", -1)) {
      String[] columns = line.split(" ", -1);
      if (columns.length > 16 && columns[0].matches("\\d+")) {
        servers.add(
            new ServerState(
                columns[1] + "/" + columns[3],
                Integer.parseInt(columns[13]),
                Integer.parseInt(columns[14])));
      }
    }
    return servers;
  }
}
