package dev.checkrail.serve;

import org.junit.jupiter.api.Test;

/** A change on its way to a running load balancer, as its page says. */
class ReviewPageTest extends PageRun {
  @Test
  void thePageIsTrue() throws Exception {
    isTrue("docs/review.md");
  }
}
