package dev.checkrail.serve;

import org.junit.jupiter.api.Test;

/** A good change and a bad one on their way to a running load balancer, as README walks them. */
class ReadmeWalkTest extends PageRun {
  @Test
  void theWalkIsTrue() throws Exception {
    isTrue("README.md", "walk/state");
  }
}
