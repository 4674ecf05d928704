package dev.checkrail.scenarios.stranger;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Somebody with rights on the machine who tells nobody. Reads acts, one JSON object a line, does
 * them one after the other, and writes down each with the moments before and after it.
 *
 * <ul>
 *   <li>{@code {"do":"insert","file":F,"after":TEXT,"line":TEXT}} into a file of the load balancer,
 *       behind the first line that contains the text
 *   <li>{@code {"do":"replace","file":F,"old":TEXT,"new":TEXT}}; {@code {"do":"write","file":F,
 *       "text":TEXT}}; {@code {"do":"read","file":F}}
 *   <li>{@code {"do":"reload"}} the master; {@code {"do":"socket","command":TEXT}} to its socket
 *   <li>{@code {"do":"fault","instance":I,"switches":{…}}} of the gateway; {@code
 *       {"do":"acquirer","name":A,"conduct":{…}}}
 *   <li>{@code {"do":"signal","pid":P,"name":"STOP"}}
 *   <li>{@code {"do":"surprise","seed":N}}: one of {@link Surprise}, told to nobody; {@code
 *       {"do":"truth"}} says which one it was
 *   <li>{@code {"do":"all","acts":[…]}} in turn
 * </ul>
 *
 * The answer is a line, too: {@code {"began":…,"ended":…}} with {@code "answer"} or {@code
 * "error"}.
 */
public final class Stranger {
  private static final JsonMapper JSON = new JsonMapper();

  private final JsonNode places;
  private String truth = "";

  private Stranger(JsonNode places) {
    this.places = places;
  }

  /** Takes the file that says where everything is; ends with its standard input. */
  public static void main(String[] arguments) throws IOException {
    JsonNode places = JSON.readTree(Files.readString(Path.of(arguments[0])));
    Path log = Path.of(places.path("log").asString());
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Stranger stranger = new Stranger(places);
    out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = JSON.createObjectNode();
      JsonNode act = JSON.missingNode();
      answer.put("began", Instant.now().toString());
      try {
        act = JSON.readTree(line);
        String said = stranger.does(act);
        answer.put("ended", Instant.now().toString());
        answer.put("answer", said);
      } catch (IOException | InterruptedException | JacksonException e) {
        answer.put("error", String.valueOf(e.getMessage()));
      }
      // What was done in secret is written down when the truth is told.
      if (!act.path("do").asString("").equals("surprise")) {
        ObjectNode record = answer.deepCopy();
        record.set("act", act);
        Files.writeString(
            log,
            JSON.writeValueAsString(record) + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
      out.println(JSON.writeValueAsString(answer));
    }
  }

  private String does(JsonNode act) throws IOException, InterruptedException {
    return switch (act.path("do").asString("")) {
      case "insert", "replace" -> {
        Path file = file(act);
        Files.writeString(file, Edit.of(Files.readString(file), act));
        yield "written";
      }
      case "write" -> {
        Files.writeString(file(act), act.path("text").asString());
        yield "written";
      }
      case "read" -> Files.readString(file(act));
      case "reload" -> master("reload");
      case "socket" -> master(act.path("command").asString());
      case "fault" ->
          post(
              act.path("instance").asString(),
              "/admin/faults",
              "admin",
              act.path("switches").toString());
      case "acquirer" ->
          post(act.path("name").asString(), "/control", "control", act.path("conduct").toString());
      case "signal" -> {
        int status =
            new ProcessBuilder(
                    "kill", "-" + act.path("name").asString(), "" + act.path("pid").asLong())
                .start()
                .waitFor();
        yield "kill ended with " + status;
      }
      case "surprise" -> {
        List<Surprise> all = Surprise.all(places);
        Surprise drawn = all.get(new Random(act.path("seed").asLong()).nextInt(all.size()));
        StringBuilder done = new StringBuilder();
        for (JsonNode one : drawn.acts()) {
          Instant at = Instant.now();
          does(one);
          done.append("\n  ").append(at).append("  ").append(one);
        }
        truth =
            JSON.createObjectNode()
                .put("cause", drawn.cause())
                .put("what", drawn.what())
                .put("done", done.toString())
                .toString();
        yield "done";
      }
      case "truth" -> truth;
      case "all" -> {
        for (JsonNode one : act.path("acts")) {
          does(one);
        }
        yield "done";
      }
      default -> throw new IOException("nothing that I can do: " + act);
    };
  }

  private Path file(JsonNode act) {
    return Path.of(places.path("edge").asString()).resolve(act.path("file").asString());
  }

  private String master(String command) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(places.path("master").asString()));
      channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
      StringBuilder said = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        said.append(StandardCharsets.UTF_8.decode(buffer));
        buffer.clear();
      }
      return said.toString().strip();
    }
  }

  private String post(String port, String path, String token, String json) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + places.path("ports").path(port).asInt() + path)
                .toURL()
                .openConnection();
    connection.setConnectTimeout(3000);
    connection.setReadTimeout(8000);
    connection.setDoOutput(true);
    connection.setRequestProperty("Authorization", "Bearer " + places.path(token).asString());
    connection.setRequestProperty("Content-Type", "application/json");
    connection.getOutputStream().write(json.getBytes(StandardCharsets.UTF_8));
    int status = connection.getResponseCode();
    connection.disconnect();
    if (status != 200) {
      throw new IOException(port + path + " answered " + status);
    }
    return "told";
  }
}
