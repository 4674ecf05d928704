package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import java.util.ArrayList;
import java.util.List;

/** Weighs all causes against what was observed. */
final class Weigh {
  /** After a pool's name: none of its servers by itself. */
  static final String WHOLE = " as a whole";

  private Weigh() {}

  /** One hypothesis for each cause that could be, with its reasons. */
  static List<Hypothesis> all(Case of) {
    Signals signals = new Signals(of);
    Asking asking = new Asking(of);
    WeighChanges changes = new WeighChanges(of, signals);
    WeighServers servers = new WeighServers(of, signals);
    WeighShared shared = new WeighShared(of, signals, asking);
    WeighClients clients = new WeighClients(of, asking);
    List<Hypothesis> all = new ArrayList<>();
    for (Act act : of.acts) {
      all.add(act.kind().changesTheFile() ? changes.change(act) : changes.otherChange(act));
    }
    all.addAll(new WeighMemory(of).runtime());
    for (ServerName server : of.now.servers.keySet()) {
      if (of.harm.at(server) > 0) {
        all.add(servers.backend(server));
        all.add(servers.network(server));
      }
    }
    servers.pools().forEach(pool -> all.add(servers.wholePool(pool)));
    all.add(shared.shared(Cause.DATABASE));
    all.add(shared.shared(Cause.ACQUIRER));
    all.add(shared.rateLimit());
    all.add(clients.surge());
    all.add(clients.abuse());
    all.add(clients.merchant());
    return all;
  }
}
