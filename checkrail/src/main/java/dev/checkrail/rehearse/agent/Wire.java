package dev.checkrail.rehearse.agent;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the product and its agent speak: frames of a length (4 bytes) and that many bytes. A question
 * begins with the name of its {@link Question}, an answer with whether it was done: results follow,
 * or a text that says what went wrong. Both sides come from the same build, so there are no
 * versions.
 */
public final class Wire {
  /** A frame above this is a defect, not a message. */
  private static final int LARGEST = 512 * 1024 * 1024;

  private Wire() {}

  /** What the agent is asked. */
  public enum Question {
    /**
     * folder, arguments, environment, admin socket, time, stubs → number, or 0 and how it ended.
     */
    START,
    /** number → how it ended. */
    STOP,
    /** number → exit (-1 while it runs), output so far. */
    LOOK,
    /** number, line → reply. */
    ADMIN,
    /** folder, arguments, environment, time → how it ended. */
    RUN,
    /** requests → an exchange for each. */
    EXCHANGE,
    /** stubs → where they listen. */
    STUBS,
    /** nothing → deliveries since the last question of this or of EXCHANGE. */
    TAKE,
    /** addresses → nothing. */
    ADDRESSES,
    /** count → free ports on 127.0.0.1. */
    PORTS
  }

  /** Writes one part of a frame. */
  @FunctionalInterface
  public interface Part<T> {
    void write(DataOutputStream out, T value) throws IOException;
  }

  /** Reads one part of a frame. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  /** A frame being written. */
  public static final class Frame {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    /** A question. */
    public Frame(Question question) throws IOException {
      text(out, question.name());
    }

    /** An answer. */
    public Frame(boolean done) throws IOException {
      out.writeBoolean(done);
    }

    /** Where to write. */
    public DataOutputStream out() {
      return out;
    }

    /** Sends it. */
    public void send(OutputStream to) throws IOException {
      byte[] frame = ByteArrays.withLength(bytes.toByteArray());
      to.write(frame);
      to.flush();
    }
  }

  private static final class ByteArrays {
    static byte[] withLength(byte[] bytes) {
      byte[] frame = new byte[bytes.length + 4];
      frame[0] = (byte) (bytes.length >>> 24);
      frame[1] = (byte) (bytes.length >>> 16);
      frame[2] = (byte) (bytes.length >>> 8);
      frame[3] = (byte) bytes.length;
      System.arraycopy(bytes, 0, frame, 4, bytes.length);
      return frame;
    }
  }

  /** The last thing said: a frame of no bytes. */
  public static void goodbye(OutputStream to) throws IOException {
    to.write(new byte[4]);
    to.flush();
  }

  /** The next frame, or empty after the last one. */
  public static Optional<DataInputStream> next(InputStream in) throws IOException {
    byte[] length = in.readNBytes(4);
    if (length.length < 4) {
      return Optional.empty();
    }
    int size =
        (length[0] & 0xFF) << 24
            | (length[1] & 0xFF) << 16
            | (length[2] & 0xFF) << 8
            | (length[3] & 0xFF);
    if (size < 0 || size > LARGEST) {
      throw new IOException("not a frame");
    }
    if (size == 0) {
      return Optional.empty();
    }
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException("a frame broke off");
    }
    return Optional.of(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  /** Any text, of any length. */
  public static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Reads what {@link #text(DataOutputStream, String)} wrote. */
  public static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  /** A list, its length first. */
  public static <T> void list(DataOutputStream out, List<T> list, Part<T> part) throws IOException {
    out.writeInt(list.size());
    for (T each : list) {
      part.write(out, each);
    }
  }

  /** Reads what {@link #list(DataOutputStream, List, Part)} wrote. */
  public static <T> List<T> list(DataInputStream in, Reader<T> reader) throws IOException {
    int size = in.readInt();
    List<T> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(reader.read(in));
    }
    return List.copyOf(list);
  }

  /** A value or none. */
  public static <T> void maybe(DataOutputStream out, Optional<T> value, Part<T> part)
      throws IOException {
    list(out, value.map(List::of).orElse(List.of()), part);
  }

  /** Reads what {@link #maybe(DataOutputStream, Optional, Part)} wrote. */
  public static <T> Optional<T> maybe(DataInputStream in, Reader<T> reader) throws IOException {
    return list(in, reader).stream().findFirst();
  }

  /** Environment variables, in order. */
  public static void environment(DataOutputStream out, Map<String, String> environment)
      throws IOException {
    out.writeInt(environment.size());
    for (Map.Entry<String, String> each : environment.entrySet()) {
      text(out, each.getKey());
      text(out, each.getValue());
    }
  }

  /** Reads what {@link #environment(DataOutputStream, Map)} wrote. */
  public static Map<String, String> environment(DataInputStream in) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      String name = text(in);
      environment.put(name, text(in));
    }
    return environment;
  }

  /** An address and port. */
  public static void endpoint(DataOutputStream out, Endpoint endpoint) throws IOException {
    text(out, endpoint.address());
    out.writeShort(endpoint.port());
  }

  /** Reads what {@link #endpoint(DataOutputStream, Endpoint)} wrote. */
  public static Endpoint endpoint(DataInputStream in) throws IOException {
    return new Endpoint(text(in), in.readUnsignedShort());
  }

  /** A stub. */
  public static void stub(DataOutputStream out, Stub stub) throws IOException {
    endpoint(out, stub.at());
    text(out, stub.protocol().name());
    switch (stub.behaviour()) {
      case Behaviour.Answers answers -> {
        out.writeByte(0);
        out.writeInt(answers.status());
        list(out, answers.headerLines(), Wire::text);
        text(out, answers.body());
        out.writeInt(answers.afterMillis());
      }
      case Behaviour.Hangs _ -> out.writeByte(1);
      case Behaviour.Refuses _ -> out.writeByte(2);
      case Behaviour.Closes _ -> out.writeByte(3);
    }
  }

  /** Reads what {@link #stub(DataOutputStream, Stub)} wrote. */
  public static Stub stub(DataInputStream in) throws IOException {
    Endpoint at = endpoint(in);
    Stub.Protocol protocol = Stub.Protocol.valueOf(text(in));
    int kind = in.readByte();
    Behaviour behaviour =
        switch (kind) {
          case 0 ->
              new Behaviour.Answers(in.readInt(), list(in, Wire::text), text(in), in.readInt());
          case 1 -> new Behaviour.Hangs();
          case 2 -> new Behaviour.Refuses();
          case 3 -> new Behaviour.Closes();
          default -> throw new IOException("no such behaviour: " + kind);
        };
    return new Stub(at, protocol, behaviour);
  }

  /** A request. */
  public static void request(DataOutputStream out, RawRequest request) throws IOException {
    endpoint(out, request.to());
    maybe(out, request.from(), Wire::text);
    maybe(
        out,
        request.proxied(),
        (o, proxied) -> {
          endpoint(o, proxied.source());
          endpoint(o, proxied.destination());
        });
    maybe(
        out,
        request.tls(),
        (o, tls) -> {
          maybe(o, tls.serverName(), Wire::text);
          maybe(
              o,
              tls.key(),
              (p, key) -> {
                text(p, key.file());
                text(p, key.password());
              });
        });
    text(out, request.reading().name());
    text(out, request.bytes());
    out.writeInt(request.timeoutMillis());
  }

  /** Reads what {@link #request(DataOutputStream, RawRequest)} wrote. */
  public static RawRequest request(DataInputStream in) throws IOException {
    return new RawRequest(
        endpoint(in),
        maybe(in, Wire::text),
        maybe(in, i -> new RawRequest.Proxied(endpoint(i), endpoint(i))),
        maybe(
            in,
            i ->
                new RawRequest.Tls(
                    maybe(i, Wire::text),
                    maybe(i, j -> new RawRequest.ClientKey(text(j), text(j))))),
        RawRequest.Reading.valueOf(text(in)),
        text(in),
        in.readInt());
  }

  /** What a stub received. */
  public static void delivery(DataOutputStream out, Delivery delivery) throws IOException {
    endpoint(out, delivery.stub());
    endpoint(out, delivery.peer());
    out.writeLong(delivery.connection());
    text(out, delivery.head());
    out.writeLong(delivery.bodyLength());
    out.writeBoolean(delivery.complete());
  }

  /** Reads what {@link #delivery(DataOutputStream, Delivery)} wrote. */
  public static Delivery delivery(DataInputStream in) throws IOException {
    return new Delivery(
        endpoint(in), endpoint(in), in.readLong(), text(in), in.readLong(), in.readBoolean());
  }

  /** What became of a request. */
  public static void exchange(DataOutputStream out, Exchange exchange) throws IOException {
    text(out, exchange.end().name());
    text(out, exchange.detail());
    maybe(
        out,
        exchange.response(),
        (o, response) -> {
          text(o, response.head());
          text(o, response.body());
          o.writeLong(response.bodyLength());
        });
    text(out, exchange.received());
    list(out, exchange.deliveries(), Wire::delivery);
    list(out, exchange.strays(), Wire::delivery);
    out.writeLong(exchange.micros());
  }

  /** Reads what {@link #exchange(DataOutputStream, Exchange)} wrote. */
  public static Exchange exchange(DataInputStream in) throws IOException {
    return new Exchange(
        Exchange.End.valueOf(text(in)),
        text(in),
        maybe(in, i -> new Response(text(i), text(i), i.readLong())),
        text(in),
        list(in, Wire::delivery),
        list(in, Wire::delivery),
        in.readLong());
  }
}
