package dev.checkrail.gateway.operations;

import dev.checkrail.gateway.acquiring.Disturbance;
import dev.checkrail.gateway.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fault switches of this instance and what they hold on to. */
public final class Drills {
  private static final Logger LOG = LoggerFactory.getLogger(Drills.class);

  private final boolean allowed;
  private volatile Faults faults = Faults.OFF;
  private @Nullable Database database;
  private final List<Connection> leaked = new ArrayList<>();
  private final List<byte[]> held = new ArrayList<>();

  public Drills(boolean allowed) {
    this.allowed = allowed;
  }

  /** Whose connections a drill may take. */
  public synchronized void over(Database pool) {
    database = pool;
  }

  /** Whether switches may be set at all. */
  public boolean allowed() {
    return allowed;
  }

  /** As they are now. */
  public Faults faults() {
    return faults;
  }

  /** What calls of acquirers suffer now. */
  public Disturbance acquirer() {
    return faults.acquirer();
  }

  /** Sets all switches. */
  public synchronized void set(Faults next) {
    if (!allowed) {
      throw new IllegalStateException("not started with --allow-faults");
    }
    LOG.warn("drill: {}", next);
    faults = next;
    leak(next.leakedConnections());
    held.clear();
    for (int i = 0; i < next.memoryLeakMb(); i++) {
      held.add(new byte[1 << 20]);
    }
  }

  private void leak(int wanted) {
    try {
      while (leaked.size() > wanted) {
        leaked.removeLast().close();
      }
      while (leaked.size() < wanted && database != null) {
        leaked.add(database.dataSource().getConnection());
      }
    } catch (SQLException e) {
      LOG.warn("drill: {} connections are leaked, no more could be had", leaked.size());
    }
  }
}
