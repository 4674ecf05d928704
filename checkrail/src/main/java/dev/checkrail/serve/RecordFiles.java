package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Disk;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LogRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The sample of a load balancer's log over a restart: a file for each stretch of time, named by its
 * beginning, readable by our user only. Its first line says the beginning and how many records
 * there were, each further one is a record, redacted as it is in memory. Only what changed is
 * written: at most a thousand records each minute. Confined to one thread.
 */
final class RecordFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RecordFiles.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ENDING = ".jsonl";

  /** More than any file of ours; one that is larger is not ours. */
  private static final long LARGEST = 16 << 20;

  private final Path folder;
  private final Map<Instant, Long> written = new HashMap<>();

  RecordFiles(Path folder) {
    this.folder = folder;
  }

  /** What was written, the oldest first; what can't be read is left out and said in the log. */
  List<KeptRecords.Slot> read() {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(ENDING)).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      LOG.warn("{} can't be read: records of the log of before are not there", folder);
      return List.of();
    }
    List<KeptRecords.Slot> slots = new ArrayList<>();
    for (Path file : files) {
      try {
        slots.add(slot(file));
      } catch (IOException | JacksonException | IllegalArgumentException | DateTimeException e) {
        LOG.warn("{} is not understood: its records are left out", file);
      }
    }
    slots.sort(Comparator.comparing(KeptRecords.Slot::begin));
    slots.forEach(one -> written.put(one.begin(), one.seen()));
    return slots;
  }

  private static KeptRecords.Slot slot(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("too large");
    }
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    if (lines.isEmpty()) {
      throw new IOException("empty");
    }
    JsonNode head = JSON.readTree(lines.getFirst());
    List<LogRecord> records = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      records.add(record(JSON.readTree(line)));
    }
    return new KeptRecords.Slot(
        Instant.parse(head.required("begin").asString()), head.required("seen").asLong(), records);
  }

  /** Writes what changed, and deletes what is forgotten. */
  void write(List<KeptRecords.Slot> slots) throws BalancerException {
    if (slots.isEmpty() && written.isEmpty()) {
      return;
    }
    Disk.folder(folder);
    Set<Instant> there = new HashSet<>();
    for (KeptRecords.Slot slot : slots) {
      there.add(slot.begin());
      Long before = written.get(slot.begin());
      if (before == null || before != slot.seen()) {
        Disk.putOurs(place(slot.begin()), text(slot).getBytes(StandardCharsets.UTF_8));
        written.put(slot.begin(), slot.seen());
      }
    }
    for (Instant begin : List.copyOf(written.keySet())) {
      if (!there.contains(begin)) {
        try {
          Files.deleteIfExists(place(begin));
        } catch (IOException e) {
          throw new BalancerException(
              BalancerException.Kind.FILES, "can't delete " + place(begin), e);
        }
        written.remove(begin);
      }
    }
  }

  private Path place(Instant begin) {
    return folder.resolve(begin.getEpochSecond() + ENDING);
  }

  private static String text(KeptRecords.Slot slot) {
    ObjectNode head = JSON.createObjectNode();
    head.put("begin", slot.begin().toString());
    head.put("seen", slot.seen());
    StringBuilder text = new StringBuilder(head.toString()).append('\n');
    slot.records().forEach(one -> text.append(node(one)).append('\n'));
    return text.toString();
  }

  // --- one record

  private static ObjectNode node(LogRecord one) {
    ObjectNode node = JSON.createObjectNode();
    node.put("at", one.at().toString());
    put(node, "client", one.client());
    node.put("frontend", one.frontend());
    node.put("tls", one.tls());
    node.put("backend", one.backend());
    put(node, "server", one.server());
    LogRecord.Times times = one.times();
    numbers(
        node.putArray("times"),
        times.request(),
        times.queue(),
        times.connect(),
        times.response(),
        times.active());
    node.put("status", one.status());
    node.put("bytes", one.bytes());
    node.put("termination", one.termination());
    LogRecord.Load load = one.load();
    numbers(
        node.putArray("load"),
        load.process(),
        load.frontend(),
        load.backend(),
        load.server(),
        load.retries(),
        load.redispatched() ? 1 : 0,
        load.serverQueue(),
        load.backendQueue());
    one.requestHeaders().forEach(node.putArray("request_headers")::add);
    one.responseHeaders().forEach(node.putArray("response_headers")::add);
    put(node, "method", one.method());
    put(node, "target", one.target());
    put(node, "version", one.version());
    put(node, "host", one.host());
    put(node, "request_id", one.requestId());
    put(node, "client_key", one.clientKey());
    put(node, "listener", one.listener());
    return node;
  }

  private static void put(ObjectNode node, String name, Optional<String> value) {
    value.ifPresent(it -> node.put(name, it));
  }

  private static void numbers(ArrayNode array, int... values) {
    for (int value : values) {
      array.add(value);
    }
  }

  private static LogRecord record(JsonNode node) {
    List<Integer> times = numbers(node, "times", 5);
    List<Integer> load = numbers(node, "load", 8);
    return new LogRecord(
        Instant.parse(node.required("at").asString()),
        text(node, "client"),
        node.required("frontend").asString(),
        node.required("tls").asBoolean(),
        node.required("backend").asString(),
        text(node, "server"),
        new LogRecord.Times(times.get(0), times.get(1), times.get(2), times.get(3), times.get(4)),
        node.required("status").asInt(),
        node.required("bytes").asLong(),
        node.required("termination").asString(),
        new LogRecord.Load(
            load.get(0),
            load.get(1),
            load.get(2),
            load.get(3),
            load.get(4),
            load.get(5) != 0,
            load.get(6),
            load.get(7)),
        texts(node, "request_headers"),
        texts(node, "response_headers"),
        text(node, "method"),
        text(node, "target"),
        text(node, "version"),
        text(node, "host"),
        text(node, "request_id"),
        text(node, "client_key"),
        text(node, "listener"));
  }

  private static List<Integer> numbers(JsonNode node, String name, int count) {
    List<Integer> values = node.required(name).values().stream().map(JsonNode::asInt).toList();
    if (values.size() != count) {
      throw new IllegalArgumentException(name);
    }
    return values;
  }

  private static List<String> texts(JsonNode node, String name) {
    return node.required(name).values().stream().map(JsonNode::asString).toList();
  }

  private static Optional<String> text(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name)).map(JsonNode::asString);
  }
}
