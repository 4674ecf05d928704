package dev.checkrail.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Expands {@code ${VAR}} and {@code ${VAR-default}}; nothing is nested. */
final class Variables {
  private final Map<String, String> environment;

  Variables(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * A text with its variables replaced.
   *
   * @param faults one sentence for each variable that could not be
   */
  record Expanded(String text, List<String> faults) {
    Expanded {
      faults = List.copyOf(faults);
    }
  }

  Expanded expand(String text) {
    StringBuilder out = new StringBuilder();
    List<String> faults = new ArrayList<>();
    int copied = 0;
    int open = text.indexOf("${");
    while (open >= 0) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        faults.add("\"${\" without \"}\"");
        break;
      }
      String inside = text.substring(open + 2, close);
      int dash = inside.indexOf('-');
      String name = dash < 0 ? inside : inside.substring(0, dash);
      String value = environment.get(name);
      out.append(text, copied, open);
      if (!isName(name)) {
        faults.add("\"" + Fields.shown(name) + "\" can't be the name of a variable");
      } else if (value != null) {
        out.append(value);
      } else if (dash >= 0) {
        out.append(inside, dash + 1, inside.length());
      } else {
        faults.add("the variable " + name + " is not defined and has no default");
      }
      copied = close + 1;
      open = text.indexOf("${", copied);
    }
    return new Expanded(out.append(text, copied, text.length()).toString(), faults);
  }

  static boolean isName(String text) {
    return text.matches("[A-Za-z_][A-Za-z0-9_]*");
  }
}
