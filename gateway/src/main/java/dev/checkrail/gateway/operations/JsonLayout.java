package dev.checkrail.gateway.operations;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import dev.checkrail.gateway.card.Masking;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One log event, one line of JSON. Nothing here should ever hold a card number; if something does,
 * it is masked all the same.
 */
public final class JsonLayout extends LayoutBase<ILoggingEvent> {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_FRAMES = 30;

  @Override
  public String doLayout(ILoggingEvent event) {
    ObjectNode line = JSON.createObjectNode();
    line.put("at", event.getInstant().toString());
    line.put("level", event.getLevel().toString());
    line.put("logger", event.getLoggerName());
    line.put("message", Masking.mask(String.valueOf(event.getFormattedMessage())));
    for (Map.Entry<String, String> entry : event.getMDCPropertyMap().entrySet()) {
      line.put(entry.getKey(), Masking.mask(String.valueOf(entry.getValue())));
    }
    if (event.getKeyValuePairs() != null) {
      event
          .getKeyValuePairs()
          .forEach(pair -> {
            if (pair.value instanceof Number number) {
              line.put(pair.key, number.longValue());
            } else {
              line.put(pair.key, Masking.mask(String.valueOf(pair.value)));
            }
          });
    }
    if (event.getThrowableProxy() != null) {
      line.put("error", Masking.mask(trace(event.getThrowableProxy())));
    }
    return line.toString() + "\n";
  }

  private static String trace(IThrowableProxy thrown) {
    StringBuilder text = new StringBuilder();
    for (IThrowableProxy cause = thrown; cause != null; cause = cause.getCause()) {
      text.append(cause.getClassName()).append(": ").append(cause.getMessage());
      int frames = 0;
      for (StackTraceElementProxy frame : cause.getStackTraceElementProxyArray()) {
        if (frames++ < MOST_FRAMES) {
          text.append("\n  ").append(frame.getSTEAsString());
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}
