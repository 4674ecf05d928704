package dev.checkrail.scenarios.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Random;

/**
 * Injects one fault, in a process of its own. Says first the digest of what is true; then does what
 * it is told by lines on its standard input, and answers each with a line:
 *
 * <ul>
 *   <li>{@code before}: sets up what is so before anybody looks
 *   <li>{@code fault}: waits for a moment that it draws, perhaps has a harmless change rolled out,
 *       and injects; answers when the fault was there
 *   <li>{@code open}: writes down what is true, and answers with it
 *   <li>{@code restore}: makes everything as it was, and looks whether it is
 * </ul>
 */
public final class Injector {
  private static final double WINDOW = 10;

  private final Scenario scenario;
  private final boolean harmless;
  private final Stage stage;
  private final Truth truth;

  private Injector(Scenario scenario, boolean harmless, Stage stage) {
    this.scenario = scenario;
    this.harmless = harmless;
    this.stage = stage;
    byte[] nonce = new byte[16];
    new SecureRandom().nextBytes(nonce);
    this.truth =
        new Truth(
            scenario.number(),
            scenario.name(),
            scenario.first(),
            scenario.both(),
            scenario.wanted(),
            scenario.what(),
            HexFormat.of().formatHex(nonce));
  }

  /**
   * Takes the file of places, the scenario's number, the seed, and whether a change goes before.
   */
  public static void main(String[] arguments) throws IOException {
    Places places = Places.read(Files.readString(Path.of(arguments[0])));
    Scenario scenario = Scenarios.of(Integer.parseInt(arguments[1]));
    long seed = Long.parseLong(arguments[2]);
    Random random = new Random(seed * 1000 + scenario.number());
    Injector injector =
        new Injector(scenario, Boolean.parseBoolean(arguments[3]), new Stage(places, random));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(injector.truth.digest());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      try {
        out.println(injector.does(line.strip()));
      } catch (IOException | InterruptedException | RuntimeException e) {
        e.printStackTrace();
        out.println("error " + String.valueOf(e.getMessage()).replace('\n', ' '));
      }
    }
    injector.stage.close();
    System.exit(0); // whatever a helper still has open
  }

  private String does(String line) throws IOException, InterruptedException {
    return switch (line) {
      case "before" -> {
        scenario.before().on(stage);
        stage.settle();
        yield "done";
      }
      case "fault" -> {
        stage.pause(WINDOW * stage.random().nextDouble());
        if (harmless) {
          stage.harmless();
          stage.pause(5 + 15 * stage.random().nextDouble());
        }
        scenario.fault().on(stage);
        yield stage.happened().orElseThrow().toString();
      }
      case "open" -> {
        String json = truth.json();
        Files.writeString(Path.of(stage.places().folder(), "raw", "truth.json"), json);
        yield json;
      }
      case "restore" -> {
        stage.restore();
        yield "restored";
      }
      default -> "error nothing that I can do";
    };
  }
}
