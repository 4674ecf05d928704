package dev.checkrail.serve;

import dev.checkrail.watch.diagnose.AutoRollback.Decision;
import dev.checkrail.watch.incident.Chronicle;
import dev.checkrail.watch.incident.Incident;
import dev.checkrail.watch.incident.Prevention;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * An incident as it is kept.
 *
 * @param memory the incident, and what its chronicle needs to go on after a crash
 * @param prevention what the policy would have to say; empty if it is not known (yet)
 * @param going the way back that was decided on by itself; empty if there was none
 */
record Recorded(Chronicle.Memory memory, Optional<Prevention> prevention, Optional<Going> going) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * A way back that was decided on.
   *
   * @param at when
   */
  record Going(Instant at, Decision.GoBack decision) {}

  Incident incident() {
    return memory.incident();
  }

  /** {@code open}, {@code resolved} or {@code closed}. */
  String state() {
    return incident().state().name().toLowerCase(Locale.ROOT);
  }

  Recorded with(Incident now) {
    return new Recorded(
        new Chronicle.Memory(now, memory.usualShare(), memory.ruledOut(), memory.quietTold()),
        prevention,
        going);
  }

  String write() {
    return JSON.writeValueAsString(this);
  }

  /**
   * Reads what was written.
   *
   * @throws tools.jackson.core.JacksonException if it was not
   */
  static Recorded read(String json) {
    return JSON.readValue(json, Recorded.class);
  }
}
