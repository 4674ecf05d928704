package dev.checkrail.corpus;

import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The small language of the regression tests, as far as one request and one answer go. */
final class Script {
  private Script() {}

  /**
   * One thing that is expected.
   *
   * @param of {@code resp.status}, {@code req.http.x-name} …
   * @param operator {@code ==}, {@code !=}, {@code ~}, {@code !~} …
   * @param value as written; {@code <undef>} for something that is not there
   */
  record Expectation(String of, String operator, String value) {
    boolean allows(Optional<String> actual) {
      return switch (operator) {
        case "==" -> actual.orElse("<undef>").equals(value);
        case "!=" -> !actual.orElse("<undef>").equals(value);
        case "~" -> actual.filter(text -> Pattern.compile(value).matcher(text).find()).isPresent();
        case "!~" -> actual.filter(text -> Pattern.compile(value).matcher(text).find()).isEmpty();
        default -> true;
      };
    }

    /** The header's name in lower case, if it is about one of this side. */
    Optional<String> header(String side) {
      String start = side + ".http.";
      return of.startsWith(start)
          ? Optional.of(of.substring(start.length()).toLowerCase(Locale.ROOT))
          : Optional.empty();
    }
  }

  /**
   * A request of a client and what it expects afterwards.
   *
   * @param words of its {@code txreq}
   * @param answered whether it waits for an answer
   * @param closed whether it expects the connection to be closed
   * @param http2 whether it is sent over HTTP/2
   */
  record Turn(
      List<String> words,
      boolean answered,
      boolean closed,
      boolean http2,
      List<Expectation> expectations) {
    Turn {
      words = List.copyOf(words);
      expectations = List.copyOf(expectations);
    }
  }

  /**
   * One request at a server.
   *
   * @param answers words of each {@code txresp}
   */
  record Block(List<List<String>> answers, List<Expectation> expectations) {
    Block {
      answers = List.copyOf(answers);
      expectations = List.copyOf(expectations);
    }

    int status() {
      return answers.isEmpty()
          ? 0
          : option(answers.getFirst(), "-status").map(Integer::parseInt).orElse(200);
    }

    Optional<String> header(String name) {
      return answers.stream()
          .flatMap(answer -> headers(answer).entrySet().stream())
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> String.join(", ", header.getValue()))
          .findFirst();
    }

    Optional<String> body() {
      return answers.isEmpty() ? Optional.empty() : option(answers.getFirst(), "-body");
    }
  }

  static List<Turn> turns(RegressionCase.Actor client) {
    List<Turn> turns = new ArrayList<>();
    boolean http2 = client.steps().stream().anyMatch(step -> step.startsWith("stream "));
    for (int i = 0; i < client.steps().size(); i++) {
      if (!client.steps().get(i).startsWith("txreq")) {
        continue;
      }
      boolean answered = false;
      boolean closed = false;
      List<Expectation> expectations = new ArrayList<>();
      for (int j = i + 1; j < client.steps().size() && !sends(client.steps().get(j)); j++) {
        String step = client.steps().get(j);
        answered |= step.startsWith("rxresp") || step.startsWith("expect ");
        closed |= step.equals("expect_close");
        expectation(step).ifPresent(expectations::add);
      }
      turns.add(new Turn(words(client.steps().get(i)), answered, closed, http2, expectations));
    }
    return turns;
  }

  private static boolean sends(String step) {
    return step.startsWith("txreq") || step.startsWith("send");
  }

  static List<Block> blocks(RegressionCase.Actor server) {
    List<Block> blocks = new ArrayList<>();
    List<List<String>> answers = new ArrayList<>();
    List<Expectation> expectations = new ArrayList<>();
    boolean open = false;
    for (String step : server.steps()) {
      if (step.startsWith("rxreq")) {
        if (open) {
          blocks.add(new Block(answers, expectations));
        }
        answers = new ArrayList<>();
        expectations = new ArrayList<>();
        open = true;
      } else if (step.startsWith("txresp")) {
        answers.add(words(step));
      } else {
        expectation(step).ifPresent(expectations::add);
      }
    }
    if (open) {
      blocks.add(new Block(answers, expectations));
    }
    return blocks;
  }

  private static Optional<Expectation> expectation(String step) {
    if (!step.startsWith("expect ")) {
      return Optional.empty();
    }
    List<String> words = words(step);
    return words.size() == 4
        ? Optional.of(new Expectation(words.get(1), words.get(2), words.get(3)))
        : Optional.empty();
  }

  /** The request as it goes over the wire; what the language adds by itself is added. */
  static Request request(List<String> words, String client, String listener, boolean from) {
    Map<String, List<String>> headers = headers(words);
    if (headers.keySet().stream().noneMatch("host"::equalsIgnoreCase)) {
      headers.put("Host", words.contains("-nohost") ? List.of() : List.of("127.0.0.1"));
    }
    if (headers.keySet().stream().noneMatch("user-agent"::equalsIgnoreCase)) {
      headers.put("User-Agent", List.of(client));
    }
    Optional<String> length =
        option(words, "-body")
            .map(body -> Integer.toString(body.length()))
            .or(() -> option(words, "-bodylen"));
    if (length.isPresent() && !words.contains("-nolen")) {
      headers.put("Content-Length", List.of(length.get()));
    }
    String target = option(words, "-url").orElse("/");
    return new Request(
        option(words, "-req").or(() -> option(words, "-method")).orElse("GET"),
        "http://127.0.0.1/",
        headers,
        from ? Optional.of("127.0.0.1") : Optional.empty(),
        Optional.of(listener),
        Optional.empty(),
        option(words, "-proto").map(proto -> proto.replace("HTTP/", "")),
        Optional.of(target));
  }

  static Optional<String> option(List<String> words, String name) {
    int at = words.indexOf(name);
    return at < 0 || at + 1 >= words.size() ? Optional.empty() : Optional.of(words.get(at + 1));
  }

  static Map<String, List<String>> headers(List<String> words) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals("-hdr")) {
        String line = words.get(i + 1);
        int colon = line.indexOf(':');
        if (colon > 0) {
          headers
              .computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
              .add(line.substring(colon + 1).strip());
        }
      }
    }
    return headers;
  }

  /** Words apart by blanks; quotes hold together, a backslash takes the next character. */
  static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean open = false;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '\\' && i + 1 < line.length()) {
        char next = line.charAt(++i);
        word.append(next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next);
      } else if (c == '"') {
        quoted = !quoted;
        open = true;
      } else if (!quoted && Character.isWhitespace(c)) {
        if (open) {
          words.add(word.toString());
        }
        word.setLength(0);
        open = false;
      } else {
        word.append(c);
        open = true;
      }
    }
    if (open) {
      words.add(word.toString());
    }
    return words;
  }
}
