package dev.checkrail.gateway.load;

import java.time.Duration;

/**
 * One user with one purchase.
 *
 * @param number 1, 2, 3, … in the order of coming
 * @param comes after the start of the load
 * @param key the Idempotency-Key of the purchase; further steps add a word to it
 * @param amount in minor units
 * @param card never logged
 * @param pauseBeforeRetry how long he waits before he tries a second time
 */
record User(
    int number,
    Duration comes,
    String key,
    Journey journey,
    long amount,
    String currency,
    String card,
    Duration pauseBeforeRetry) {

  /** What a user does, in steps. */
  enum Journey {
    /** Pays, and the money is taken at once. */
    BUY,
    /** Pays; the shop takes the money when it sends the goods. */
    SHIP,
    /** Pays, then wants a part back. */
    RETURN,
    /** Pays, then the shop can't deliver and gives the reservation up. */
    CANCEL
  }

  @Override
  public String toString() {
    return "User[" + number + ", " + key + "]";
  }
}
