package dev.checkrail.serve;

import org.junit.jupiter.api.Test;

/** Owning a running load balancer, as its page says. */
class ServePageTest extends PageRun {
  @Test
  void thePageIsTrue() throws Exception {
    isTrue("docs/serve.md");
  }
}
