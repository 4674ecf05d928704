package dev.checkrail.lint;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.report.Finding;
import java.util.ArrayList;
import java.util.List;

/** Runs the rules that look at a configuration's face. */
public final class Lint {
  /** All rules, in the order of the catalogue. A new rule is entered here and gets a page. */
  private static final List<LintRule> RULES =
      List.of(
          new ReadUnmodelled(),
          new AclSameNameOr(),
          new AclUnused(),
          new AclEmptyFile(),
          new AclUnescapedDot(),
          new PoolUnused(),
          new PoolNoActiveServer(),
          new PoolAllWeightsZero(),
          new PoolDuplicateAddress(),
          new PoolAddressInTwoPools(),
          new PoolSingleActive(),
          new PoolNoHealthCheck(),
          new PoolShallowCheck(),
          new PoolCheckOtherPort(),
          new PoolSkewedWeights(),
          new PoolHashMaySkew(),
          new PoolTinyMaxconn(),
          new PoolNoMaxconn(),
          new PoolNameAtStart(),
          new TimeNoUnit(),
          new TimeOrder(),
          new TimeMissing(),
          new ReloadDropsKeepalive(),
          new TlsWeakVersion(),
          new TlsDefaultCertificate());

  private Lint() {}

  /** Looks one configuration over; tree and model are of the same text. */
  public static LintReport lint(HaproxyTree tree, Configuration configuration, Policy policy) {
    Scene scene = Scene.of(tree, configuration, policy);
    List<Finding> findings = new ArrayList<>();
    RULES.forEach(rule -> rule.look(scene, findings::add));
    return new LintReport(findings);
  }

  /** Looks a change over: what only shows next to the old configuration. */
  public static LintReport change(Configuration old, Configuration candidate) {
    List<Finding> findings = new ArrayList<>();
    FileShrunk.look(old, candidate, findings::add);
    return new LintReport(findings);
  }
}
