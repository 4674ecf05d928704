package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Pool.HealthCheck;
import dev.checkrail.model.Setting;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a pool checks its servers [4.2 option httpchk, http-check, tcp-check]. */
final class LowerHealthCheck {
  private Optional<Directive> option = Optional.empty();
  private final List<Directive> steps = new ArrayList<>();

  /** {@code option httpchk} and its kin; the last one counts. */
  void option(Directive directive) {
    option =
        directive.prefix() == Directive.Prefix.NONE ? Optional.of(directive) : Optional.empty();
  }

  /** {@code http-check}, {@code tcp-check}, {@code external-check}. */
  void step(Directive directive) {
    steps.add(directive);
  }

  static boolean isOption(String name) {
    return switch (name) {
      case "httpchk",
          "tcp-check",
          "ssl-hello-chk",
          "smtpchk",
          "mysql-check",
          "pgsql-check",
          "redis-check",
          "ldap-check",
          "spop-check",
          "external-check" ->
          true;
      case String other -> false;
    };
  }

  HealthCheck lower(Span header) {
    if (option.isEmpty()) {
      return new HealthCheck(HealthCheck.Kind.NONE, Optional.empty(), List.of(), header);
    }
    Directive chosen = option.get();
    List<Setting> all = new ArrayList<>();
    all.add(LowerSetting.setting(chosen));
    String family =
        switch (chosen.arg(0)) {
          case "httpchk" -> "http-check";
          case "tcp-check" -> "tcp-check";
          case "external-check" -> "external-check";
          case String other -> "";
        };
    for (Directive step : steps) {
      if (step.is(family)) {
        all.add(LowerSetting.setting(step));
      }
    }
    HealthCheck.Kind kind =
        switch (chosen.arg(0)) {
          case "httpchk" -> HealthCheck.Kind.HTTP;
          case "tcp-check" -> all.size() > 1 ? HealthCheck.Kind.TCP_SCRIPT : HealthCheck.Kind.NONE;
          case String other -> HealthCheck.Kind.OTHER;
        };
    return new HealthCheck(
        kind,
        kind == HealthCheck.Kind.HTTP ? Optional.of(path(chosen)) : Optional.empty(),
        all,
        chosen.span());
  }

  /** {@code option httpchk [METHOD] PATH}, or the first {@code http-check send … uri}. */
  private String path(Directive chosen) {
    for (Directive step : steps) {
      if (step.is("http-check") && step.arg(0).equals("send")) {
        for (int i = 1; i < step.args().size(); i++) {
          if (step.arg(i).equals("uri") || step.arg(i).equals("uri-lf")) {
            return step.arg(i + 1);
          }
        }
      }
    }
    return switch (chosen.args().size()) {
      case 0, 1 -> "/";
      case 2 -> chosen.arg(1);
      default -> chosen.arg(2);
    };
  }
}
