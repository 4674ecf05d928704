package dev.checkrail.serve;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.lang.management.ManagementFactory;

/** Names of Micrometer's own meters that Prometheus would have otherwise. */
final class PrometheusNames implements MeterFilter {
  private static final double NANOS = 1e9;

  @Override
  public MeterFilterReply accept(Meter.Id id) {
    // In nanoseconds; instead of it there is one in seconds.
    return id.getName().equals("process.cpu.time")
        ? MeterFilterReply.DENY
        : MeterFilterReply.NEUTRAL;
  }

  @Override
  public Meter.Id map(Meter.Id id) {
    return id.getName().equals("system.cpu.count") ? id.withName("system.cpus") : id;
  }

  static void processorTime(MeterRegistry metrics) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      FunctionCounter.builder(
              "process.cpu.seconds", system, it -> Math.max(0, it.getProcessCpuTime() / NANOS))
          .description("Processor time that this process took")
          .register(metrics);
    }
  }
}
