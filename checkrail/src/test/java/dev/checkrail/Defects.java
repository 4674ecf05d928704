package dev.checkrail;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * The errors that were logged by this process, for tests: who asks the control plane is told no
 * more than a request id, and the test that fails by it should say why.
 */
public final class Defects extends AppenderBase<ILoggingEvent> {
  private static final int MOST = 50;

  private static final Queue<String> LOGGED = new ConcurrentLinkedQueue<>();

  @Override
  protected void append(ILoggingEvent event) {
    IThrowableProxy thrown = event.getThrowableProxy();
    LOGGED.add(
        event.getFormattedMessage()
            + "\n"
            + (thrown == null ? "" : ThrowableProxyUtil.asString(thrown)));
    while (LOGGED.size() > MOST) {
      LOGGED.poll();
    }
  }

  /** What was logged with its exception about requests that an answer names; often nothing. */
  public static String of(String answer) {
    return LOGGED.stream()
        .filter(it -> it.startsWith("request "))
        .filter(it -> answer.contains(it.split(" ", 3)[1]))
        .collect(Collectors.joining());
  }
}
