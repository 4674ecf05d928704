package dev.checkrail.serve;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.checkrail.logs.RedactedText;

/**
 * Lines of the control plane's own log. What it logs may quote a load balancer, a database or a
 * client: secrets and card numbers are taken out as they are wherever else it speaks. Made by
 * {@code logback.xml}.
 */
public final class RedactedLayout extends PatternLayout {
  /** Its pattern is set by {@code logback.xml}. */
  public RedactedLayout() {}

  @Override
  public String doLayout(ILoggingEvent event) {
    return RedactedText.of(super.doLayout(event));
  }
}
