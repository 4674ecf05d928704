package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is said to workers. What may be long is read on the worker's own socket, where there is one:
 * a master of HAProxy 2.6.12 hands on a long answer, and about once in 50 times not its own prompt
 * after it. Such a connection is stuck until the next reload, even if it is closed here, and ten of
 * them are all that a master takes: then it answers nobody, and nothing can be reloaded any more.
 *
 * <p>Confined to one thread.
 */
final class WorkerReads {
  private static final Pattern LONG = Pattern.compile("show (map|acl|stat|servers|ssl)\\b.*");

  private final Optional<Cli> master;
  private final Optional<Cli> worker;

  WorkerReads(Optional<Cli> master, Optional<Cli> worker) {
    this.master = master;
    this.worker = worker;
  }

  static boolean mayBeLong(String command) {
    return LONG.matcher(command).matches();
  }

  /** Asks the worker that serves now. */
  String current(String command) throws BalancerException {
    if (master.isEmpty()) {
      if (worker.isEmpty()) {
        throw new BalancerException(
            Kind.UNSUPPORTED,
            "this HAProxy has neither a master socket nor a stats socket in the file system (one on an"
                + " address or of an abstract name is not asked): start it with -W -S"
                + " /run/haproxy-master.sock,level,admin,mode,600");
      }
      return allowed(worker.get().ask(command));
    }
    if (worker.isPresent() && mayBeLong(command)) {
      for (ShowProc.Worker one : ShowProc.parse(allowed(master.get().ask("show proc"))).workers()) {
        if (!one.old()) {
          return of(one.pid(), command);
        }
      }
    }
    return allowed(master.get().ask("@1 " + command));
  }

  /** Asks a worker, old or current. */
  String of(long pid, String command) throws BalancerException {
    if (worker.isPresent() && mayBeLong(command)) {
      Optional<String> answer = itself(worker.get(), pid, command);
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    return allowed(master.orElseThrow().ask("@!" + pid + " " + command));
  }

  /** Empty if another worker answers there, or nobody, or one who may not say it. */
  private static Optional<String> itself(Cli worker, long pid, String command)
      throws BalancerException {
    try {
      return worker.askOf(pid, command).filter(it -> !it.startsWith("Permission denied"));
    } catch (BalancerException e) {
      if (e.kind() == Kind.GONE || e.kind() == Kind.NO_RIGHTS) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The answer, unless it is a refusal. */
  static String allowed(String answer) throws BalancerException {
    if (answer.startsWith("Permission denied")) {
      throw new BalancerException(
          Kind.LEVEL,
          "HAProxy's socket answers 'Permission denied': it needs 'level admin' (see 'lb doctor')");
    }
    if (answer.startsWith("Unknown command")) {
      throw new BalancerException(
          Kind.UNSUPPORTED, "this HAProxy does not know the command, or not at this level");
    }
    return answer;
  }
}
