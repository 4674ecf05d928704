package dev.checkrail.report;

import dev.checkrail.source.Severity;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The catalogue of everything Checkrail can find. Ids are promises: scripts and policies name them.
 * Each has a page in {@code docs/rules/}.
 */
public enum RuleId {
  READ_UNKNOWN_KEYWORD("read/unknown-keyword", Severity.ERROR),
  READ_REFUSED_BY_HAPROXY("read/refused-by-haproxy", Severity.ERROR),
  READ_DIFFERS_AFTER_RELOAD("read/differs-after-reload", Severity.ERROR),
  READ_UNMODELLED("read/unmodelled", Severity.NOTICE),
  READ_WARNING("read/warning", Severity.WARNING),
  ROUTE_SHADOWED_RULE("route/shadowed-rule", Severity.ERROR, "R02", "R04"),
  ROUTE_NEVER_MATCHES("route/never-matches", Severity.WARNING, "R07"),
  ROUTE_NO_DEFAULT("route/no-default", Severity.WARNING, "R09"),
  ROUTE_UNKNOWN_POOL("route/unknown-pool", Severity.ERROR, "R14"),
  ROUTE_REWRITE_BEFORE_MATCH("route/rewrite-before-match", Severity.WARNING, "R16"),
  ROUTE_PREFIX_BOUNDARY("route/prefix-boundary", Severity.NOTICE, "R05"),
  ROUTE_CASE_SENSITIVE_HOST("route/case-sensitive-host", Severity.WARNING, "R08"),
  ROUTE_HOST_WITH_PORT("route/host-with-port", Severity.NOTICE, "R08"),
  ROUTE_REDIRECT_LOOP("route/redirect-loop", Severity.ERROR, "R17"),
  ACL_SAME_NAME_OR("acl/same-name-or", Severity.WARNING, "R07"),
  ACL_UNUSED("acl/unused", Severity.NOTICE),
  ACL_EMPTY_FILE("acl/empty-file", Severity.ERROR, "R12", "R13"),
  ACL_UNESCAPED_DOT("acl/unescaped-dot", Severity.WARNING, "R05"),
  POOL_UNUSED("pool/unused", Severity.NOTICE),
  POOL_NO_ACTIVE_SERVER("pool/no-active-server", Severity.ERROR, "P02"),
  POOL_ALL_WEIGHTS_ZERO("pool/all-weights-zero", Severity.ERROR, "P02"),
  POOL_DUPLICATE_ADDRESS("pool/duplicate-address", Severity.WARNING, "P03"),
  POOL_ADDRESS_IN_TWO_POOLS("pool/address-in-two-pools", Severity.WARNING, "P04"),
  POOL_SINGLE_ACTIVE("pool/single-active", Severity.WARNING, "P06"),
  POOL_NO_HEALTH_CHECK("pool/no-health-check", Severity.WARNING, "H01"),
  POOL_SHALLOW_CHECK("pool/shallow-check", Severity.NOTICE, "H02"),
  POOL_CHECK_OTHER_PORT("pool/check-other-port", Severity.WARNING, "H02"),
  POOL_SKEWED_WEIGHTS("pool/skewed-weights", Severity.WARNING, "P09"),
  POOL_HASH_MAY_SKEW("pool/hash-may-skew", Severity.NOTICE, "P09"),
  POOL_TINY_MAXCONN("pool/tiny-maxconn", Severity.WARNING, "T03"),
  POOL_NO_MAXCONN("pool/no-maxconn", Severity.NOTICE, "T03"),
  POOL_NAME_AT_START("pool/name-at-start", Severity.NOTICE, "D01"),
  RETRY_NON_IDEMPOTENT("retry/non-idempotent", Severity.WARNING, "T05"),
  TIME_NO_UNIT("time/no-unit", Severity.ERROR, "T01"),
  TIME_ORDER("time/order", Severity.WARNING, "T02"),
  TIME_MISSING("time/missing", Severity.NOTICE),
  FILE_MISSING("file/missing", Severity.ERROR, "R12"),
  FILE_SHRUNK("file/shrunk", Severity.ERROR, "R12", "R22"),
  RELOAD_DROPS_KEEPALIVE("reload/drops-keepalive", Severity.NOTICE),
  TLS_WEAK_VERSION("tls/weak-version", Severity.WARNING, "S03"),
  TLS_DEFAULT_CERTIFICATE("tls/default-certificate", Severity.WARNING, "S01"),
  CONTRACT_INCAPABLE_SERVER(
      "contract/incapable-server", Severity.ERROR, "R01", "P01", "P04", "R18"),
  CONTRACT_UNKNOWN_SERVER("contract/unknown-server", Severity.ERROR, "R18", "P04"),
  INVARIANT_VIOLATED("invariant/violated", Severity.ERROR),
  FLOOR_TOO_FEW_SERVERS("floor/too-few-servers", Severity.ERROR, "P07"),
  TEST_FAILED("test/failed", Severity.ERROR),
  DIFF_UNDECLARED_MOVE("diff/undeclared-move", Severity.ERROR, "R", "X01", "X03"),
  DIFF_NAME_AT_START("diff/name-at-start", Severity.ERROR, "D01"),
  DIFF_LISTENER_GONE("diff/listener-gone", Severity.ERROR, "L01"),
  DIFF_CHECK_DROPPED("diff/check-dropped", Severity.ERROR, "H01"),
  DIFF_CHECK_CHANGED("diff/check-changed", Severity.ERROR, "H02", "H04"),
  DIFF_RETRY_ADDED("diff/retry-added", Severity.ERROR, "T05"),
  DIFF_TIMEOUT_CHANGED("diff/timeout-changed", Severity.WARNING, "T02"),
  DIFF_LIMIT_LOWERED("diff/limit-lowered", Severity.ERROR, "T03", "T04", "T07"),
  DIFF_BALANCE_CHANGED("diff/balance-changed", Severity.ERROR, "P09"),
  DIFF_PERSISTENCE_CHANGED("diff/persistence-changed", Severity.WARNING),
  DIFF_BACKUP_CHANGED("diff/backup-changed", Severity.ERROR, "P06"),
  DIFF_TLS_CHANGED("diff/tls-changed", Severity.ERROR, "S01", "S03"),
  DIFF_POOL_RENAMED("diff/pool-renamed", Severity.NOTICE),
  DIFF_FILE_CHANGED("diff/file-changed", Severity.NOTICE),
  DIFF_RESPONSE_RULE_CHANGED("diff/response-rule-changed", Severity.WARNING, "X01"),
  REHEARSE_DISAGREEMENT("rehearse/disagreement", Severity.ERROR),
  REHEARSE_FAULT("rehearse/fault", Severity.ERROR, "H06", "P07");

  private final String id;
  private final Severity severity;
  private final List<String> classes;

  RuleId(String id, Severity severity, String... classes) {
    this.id = id;
    this.severity = severity;
    this.classes = List.of(classes);
  }

  /** The stable id, e.g. {@code route/shadowed-rule}. */
  public String id() {
    return id;
  }

  /** The severity unless the policy says otherwise. */
  public Severity severity() {
    return severity;
  }

  /**
   * The outage classes it belongs to, e.g. {@code R02}; {@code R} alone stands for all classes of
   * routing.
   */
  public List<String> classes() {
    return classes;
  }

  /** The rule of this id. */
  public static Optional<RuleId> of(String id) {
    return Arrays.stream(values()).filter(rule -> rule.id.equals(id)).findFirst();
  }
}
