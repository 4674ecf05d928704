package dev.checkrail.rehearse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * One way of shutting the agent in: what it is started behind, and what HAProxy is started behind.
 * {@link #ways} lists them from the strongest to the weakest; the first that this machine allows is
 * taken.
 *
 * @param name for people
 * @param namespace whether it has network and process namespaces of its own
 * @param owner the user id that the working folder is given to; empty: our own
 * @param before what the agent's command is put behind
 * @param wrapper what HAProxy's command is put behind
 */
record Enclosure(
    String name, boolean namespace, OptionalInt owner, List<String> before, List<String> wrapper) {

  Enclosure {
    before = List.copyOf(before);
    wrapper = List.copyOf(wrapper);
  }

  /**
   * A number that no account has: from systemd's range for short-lived users, so that it is mapped
   * in containers that know 65,536 users only.
   */
  private static final int NOBODY = 64_731;

  /**
   * Run as pid 1 of the namespaces, with the working folder as $1 and then the agent's command.
   * Every address is local here, so none has to be added; nothing has a way out. Every mounted file
   * system but the working folder is read-only.
   */
  private static final String INSIDE =
      """
      ip link set lo up || exit 91
      ip route add local 0.0.0.0/0 dev lo || exit 92
      ip -6 route add local ::/0 dev lo 2>/dev/null && echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
      home=$1; shift
      mount --bind "$home" "$home" || exit 93
      while read -r _ _ _ _ where _; do
        case "$where" in
          "$home" | /proc | /proc/*) ;;
          *) mount -o remount,bind,ro "$where" 2>/dev/null ;;
        esac
      done </proc/self/mountinfo
      cd "$home" || exit 94
      """
          + limited();

  private static final String OUTSIDE = "cd \"$1\" && shift\n" + limited();

  /** A small table of files keeps HAProxy small too; it sizes its own by this. */
  private static String limited() {
    return """
    ulimit -c 0
    ulimit -n 8192 2>/dev/null
    exec "$@"
    """;
  }

  static List<Enclosure> ways(boolean root, SandboxSettings.Wanted wanted) {
    List<Enclosure> ways = new ArrayList<>();
    Optional<Path> unshare = tool("unshare");
    Optional<Path> setpriv = tool("setpriv");
    Optional<Path> prlimit = tool("prlimit");
    List<String> limits =
        prlimit
            .map(path -> List.of(path.toString(), "--as=" + (8L << 30), "--cpu=120", "--"))
            .orElse(List.of());
    if (wanted != SandboxSettings.Wanted.LOOPBACK && unshare.isPresent()) {
      List<String> spaces =
          List.of("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc");
      List<String> user = List.of(unshare.get().toString(), "--user", "--map-root-user");
      List<String> inside = List.of("--", "/bin/sh", "-c", INSIDE, "sh");
      List<String> wrapper =
          joined(
              List.of(
                  limits,
                  setpriv
                      .map(path ->
                          List.of(
                              path.toString(),
                              "--no-new-privs",
                              "--inh-caps=-all",
                              "--bounding-set=-all,+net_bind_service",
                              "--"))
                      .orElse(List.of())));
      if (root && setpriv.isPresent()) {
        List<String> drop = joined(List.of(dropping(setpriv.get()), List.of("--")));
        ways.add(
            new Enclosure(
                "namespaces, as user " + NOBODY,
                true,
                OptionalInt.of(NOBODY),
                joined(List.of(drop, user, spaces, inside)),
                wrapper));
      }
      ways.add(
          new Enclosure(
              "namespaces",
              true,
              OptionalInt.empty(),
              joined(List.of(user, spaces, inside)),
              wrapper));
      if (root) {
        ways.add(
            new Enclosure(
                "namespaces, without a user namespace",
                true,
                OptionalInt.empty(),
                joined(List.of(List.of(unshare.get().toString()), spaces, inside)),
                wrapper));
      }
    }
    if (wanted != SandboxSettings.Wanted.NAMESPACE) {
      // Nothing keeps a question to a name server in, so none is asked (resolv.conf(5); GNU only).
      List<String> mute =
          tool("env")
              .map(path -> List.of(path.toString(), "RES_OPTIONS=attempts:0"))
              .orElse(List.of());
      List<String> outside = List.of("/bin/sh", "-c", OUTSIDE, "sh");
      // The agent ends what it started; should it be killed itself, the kernel does.
      List<String> dying = List.of("--no-new-privs", "--pdeathsig=KILL");
      if (root && setpriv.isPresent()) {
        ways.add(
            new Enclosure(
                "loopback device of the machine, as user " + NOBODY,
                false,
                OptionalInt.of(NOBODY),
                outside,
                joined(List.of(limits, dropping(setpriv.get()), dying, List.of("--"), mute))));
      }
      ways.add(
          new Enclosure(
              "loopback device of the machine",
              false,
              OptionalInt.empty(),
              outside,
              setpriv
                  .map(path ->
                      joined(List.of(limits, List.of(path.toString()), dying, List.of("--"), mute)))
                  .orElse(joined(List.of(limits, mute)))));
    }
    return ways;
  }

  private static List<String> dropping(Path setpriv) {
    return List.of(setpriv.toString(), "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
  }

  /** A program of the system, in our path or in the folders for administrators. */
  static Optional<Path> tool(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
            Stream.of(path.split(":")),
            Stream.of("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"))
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> Path.of(folder, name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static List<String> joined(List<List<String>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }
}
