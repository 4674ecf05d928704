package dev.checkrail.watch.detect;

import java.util.List;

/**
 * Looks at each moment for one kind of thing. Confined; keeps what it knows by unit (identity), and
 * forgets a unit when it is told to.
 */
interface Detector {
  /** Adds a sign for each unit at which it sees something. */
  void look(Scene scene, List<Sign> signs);

  /** A unit is not there any more. */
  void forget(Scene.Unit unit);
}
