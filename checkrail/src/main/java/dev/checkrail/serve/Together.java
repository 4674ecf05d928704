package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.Course;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of several load balancers that are put in place one after the other: the next one begins
 * when the one before is live; if one fails those after it are not touched, and those before it are
 * taken back. What was ordered together stands in each of them that was begun, so nothing of it is
 * remembered here. After a crash nothing new is begun by itself.
 */
final class Together {
  private static final Logger LOG = LoggerFactory.getLogger(Together.class);

  private final Changes changes;
  private final PuttingInPlace acts;

  Together(Changes changes, PuttingInPlace acts) {
    this.changes = changes;
    this.acts = acts;
  }

  /** One of them has ended: the next one begins, if it is live. */
  void after(Change ended) {
    List<Long> all = together(ended);
    int next = all.indexOf(ended.number()) + 1;
    if (ended.state() != ChangeState.LIVE || next >= all.size()) {
      return;
    }
    long number = all.get(next);
    try {
      acts.rollOutNext(
          changes.find(number), ended.rollout().map(Change.Rollout::by).orElse(""), all);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (BalancerException | Problem e) {
      failed(ended, number, String.valueOf(e.getMessage()));
    }
  }

  /** Takes a live one back if one after it failed; whether it did. */
  boolean broken(Change live) {
    List<Long> all = together(live);
    for (long number : all.subList(all.indexOf(live.number()) + 1, all.size())) {
      Optional<Change> failed =
          Optional.of(changes.find(number)).filter(it -> failed(it, live, all));
      if (failed.isPresent()) {
        failed(live, number, failed.get().because());
        return true;
      }
    }
    return false;
  }

  /** Of those after it, one that was begun with it and did not come to its end. */
  private static boolean failed(Change one, Change live, List<Long> all) {
    Optional<Course> course = one.rollout().flatMap(Change.Rollout::course);
    if (course.filter(it -> it.together().equals(all)).isEmpty()
        || begun(one).isBefore(begun(live))) {
      return false;
    }
    return switch (one.state()) {
      case PROPOSED, CHECKED, APPROVED, REJECTED, WITHDRAWN, SUPERSEDED -> true;
      // One that was live and is taken back later has not failed.
      case ROLLED_BACK -> course.get().phase() == Course.Phase.GOING_BACK;
      case ROLLING_OUT, LIVE -> false;
    };
  }

  private void failed(Change live, long other, String why) {
    LOG.warn("change {}: taken back, for change {} failed: {}", live.number(), other, why);
    acts.takeBackLive(live, "change %d, which was to follow it, failed: %s".formatted(other, why));
  }

  private static Instant begun(Change change) {
    return change.rollout().map(Change.Rollout::at).orElse(Instant.MIN);
  }

  private static List<Long> together(Change change) {
    return change
        .rollout()
        .flatMap(Change.Rollout::course)
        .map(Course::together)
        .orElse(List.of(change.number()));
  }
}
