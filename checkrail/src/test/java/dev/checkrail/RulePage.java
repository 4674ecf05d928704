package dev.checkrail;

import dev.checkrail.report.RuleId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The examples of a page in {@code docs/rules}: its fenced blocks. {@code ```haproxy old}, {@code
 * bad} and {@code good} are configurations, {@code ```yaml policy} is their policy, and any other
 * block with two words ({@code ```map routes.map}) is a file beside them. Further words after
 * {@code bad} or {@code good} are options of the command.
 *
 * @param old the approved configuration of a rule that judges changes
 * @param files files by name
 */
record RulePage(
    RuleId rule,
    String text,
    Optional<String> old,
    Optional<Example> bad,
    Optional<Example> good,
    Optional<String> policy,
    Map<String, String> files) {
  RulePage {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  /** A configuration and the options with which it is looked at. */
  record Example(String configuration, List<String> options) {
    Example {
      options = List.copyOf(options);
    }
  }

  static RulePage of(RuleId rule, String text) {
    Map<String, Example> blocks = new HashMap<>();
    Map<String, String> files = new LinkedHashMap<>();
    String policy = null;
    List<String> words = null;
    StringBuilder block = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      if (words == null) {
        if (line.startsWith("```")) {
          words = List.of(line.substring(3).strip().split(" +"));
          block.setLength(0);
        }
      } else if (!line.equals("```")) {
        block.append(line).append('\n');
      } else {
        String kind = words.getFirst();
        String name = words.size() > 1 ? words.get(1) : "";
        if (kind.equals("haproxy")) {
          blocks.put(
              name, new Example(block.toString(), new ArrayList<>(words.subList(2, words.size()))));
        } else if (kind.equals("yaml") && name.equals("policy")) {
          policy = block.toString();
        } else if (!name.isEmpty()) {
          files.put(name, block.toString());
        }
        words = null;
      }
    }
    return new RulePage(
        rule,
        text,
        Optional.ofNullable(blocks.get("old")).map(Example::configuration),
        Optional.ofNullable(blocks.get("bad")),
        Optional.ofNullable(blocks.get("good")),
        Optional.ofNullable(policy),
        files);
  }
}
