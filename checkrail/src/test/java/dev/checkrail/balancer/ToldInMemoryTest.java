package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Applied.Outcome;
import dev.checkrail.balancer.Preflight.Choice;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that HAProxy's socket can be told and shows again is drift, and no reload loses it silently.
 */
class ToldInMemoryTest {
  private static final String CONFIG =
      Setting.CONFIG
          .replace("    nbthread 1\n", "    nbthread 1\n    maxsessrate 70\n")
          .replace(
              "    http-request deny deny_status 403",
              """
                  maxconn 100
                  acl is_b path /b /bb
                  acl many req.hdr_cnt(x) gt 3
                  http-request deny deny_status 405 if { path_beg -i /TEA } !{ method POST }
                  http-request deny deny_status 403 if many
                  http-request deny deny_status 403 if { path -m beg /no }
                  use_backend be_b if is_b
                  http-request deny deny_status 403\
              """)
          .replace("server a2 127.0.0.1:@A@ weight 50", "server a2 127.0.0.1:@A@ weight 50 check")
          .replace(
              "server b1 127.0.0.1:@B@",
              "server b1 127.0.0.1:@B@ maxconn 30\n"
                  + "    server b2 127.0.0.1:@B@ agent-check agent-port 9 backup\n"
                  + "    server b3 127.0.0.1:@B@ backup ssl verify none\n"
                  + "    server b4 LocalHost:@B@ backup resolvers dns init-addr none")
          .concat("\nresolvers dns\n    nameserver none 127.0.0.1:9\n");

  @TempDir Path temp;
  private Setting lb;

  @BeforeEach
  void start() throws Exception {
    lb = new Setting(temp, CONFIG);
    lb.apply.adopt("ada", "it runs today");
  }

  @AfterEach
  void end() throws Exception {
    lb.close();
  }

  @Test
  void limitsAndSwitches() throws Exception {
    assertThat(texts()).isEmpty();
    Map<String, String> told = new LinkedHashMap<>();
    told.put(
        "disable health be_a/a2", "health-check be_a/a2: the files say on, in memory it is off");
    told.put("disable agent be_b/b2", "agent-check be_b/b2: the files say on, in memory it is off");
    told.put(
        "set server be_a/a2 check-port 81",
        "check-port be_a/a2: the files say 0, in memory it is 81");
    told.put(
        "set server be_a/a2 check-addr 127.0.0.9",
        "check-address be_a/a2: the files say -, in memory it is 127.0.0.9");
    told.put("set server be_b/b3 ssl off", "tls be_b/b3: the files say on, in memory it is off");
    told.put(
        "set server be_b/b4 fqdn else.local",
        "host be_b/b4: the files say localhost, in memory it is else.local");
    told.put(
        "set maxconn server be_b/b1 7", "maxconn be_b/b1: the files say 30, in memory it is 7");
    told.put("set maxconn server be_a/a1 5", "maxconn be_a/a1: the files say 0, in memory it is 5");
    told.put(
        "set maxconn frontend fe 33", "maxconn frontend fe: the files say 100, in memory it is 33");
    told.put("set maxconn global 150", "maxconn process: the files say 500, in memory it is 150");
    told.put(
        "set rate-limit sessions global 5",
        "session-rate process: the files say 70, in memory it is 5");
    told.put(
        "set rate-limit connections global 6",
        "connection-rate process: the files say 0, in memory it is 6");
    told.put(
        "set rate-limit ssl-sessions global 8",
        "tls-session-rate process: the files say 0, in memory it is 8");
    told.put(
        "set rate-limit http-compression global 9",
        "compression-rate process: the files say 0, in memory it is 9216");
    // Checks may only be pointed elsewhere while they are on.
    for (String command : told.keySet().stream().sorted().toList().reversed()) {
      lb.driver.raw(command);
    }
    assertThat(texts()).containsExactlyInAnyOrderElementsOf(told.values());
    assertThat(find().found()).allMatch(one -> one.part() == Drift.Part.RUNTIME_SERVERS);

    assertThat(stopped().preflight().orElseThrow().choices())
        .hasSize(told.size())
        .allSatisfy((key, choices) -> assertThat(choices).contains(Choice.KEEP, Choice.DROP));
    Applied kept = reload(Choice.KEEP);
    assertThat(kept.notes()).isEmpty();
    assertThat(texts()).containsExactlyInAnyOrderElementsOf(told.values());
    reload(Choice.DROP);
    assertThat(texts()).isEmpty();
  }

  @Test
  void aLimitOfAServerCanBeCarried() throws Exception {
    lb.driver.raw("set maxconn server be_b/b1 7");
    lb.driver.raw("set maxconn server be_a/a1 5");
    assertThat(carried())
        .contains("b1 127.0.0.1:" + lb.b.port() + " maxconn 7\n")
        .contains("a1 127.0.0.1:" + lb.a.port() + " weight 100 maxconn 5\n");
  }

  @Test
  void patternsOfAnAclWithAndWithoutAName() throws Exception {
    add("path", "/b", "/more");
    add("req.hdr_cnt", "4:", "1");
    add("path_beg", "/TEA", "/coffee or tea");
    lb.driver.raw("del acl #" + id("path", "/no") + " /no");
    assertThat(texts())
        .containsExactlyInAnyOrder(
            "acl frontend fe is_b: the files say without them, in memory it is /more",
            "acl frontend fe many: the files say without them, in memory it is 1",
            "acl frontend fe http-request { path_beg }: the files say without them, in memory it is"
                + " /coffee or tea",
            "acl frontend fe http-request { path }: the files say /no, in memory it is without"
                + " them");
    assertThat(find().found())
        .allMatch(one -> one.part() == Drift.Part.RUNTIME_TABLES)
        .extracting(Drift.Found::brief)
        .noneMatch(text -> text.contains("/"));
    assertThat(stopped().why()).contains("in memory it is /more");
  }

  @Test
  void patternsAreKeptOverAReloadThatMovesTheirLine() throws Exception {
    add("path", "/b", "/more");
    add("path_beg", "/TEA", "/coffee or tea");
    String moved = lb.approved(CONFIG.replace("frontend fe\n", "frontend fe\n    # moved\n\n"));
    Applied applied =
        lb.apply.apply(
            new Apply.Order(
                moved,
                "ada",
                Map.of(
                    "acl frontend fe is_b", Choice.KEEP,
                    "acl frontend fe http-request { path_beg }", Choice.KEEP),
                false),
            Progress.NONE);
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
    assertThat(applied.notes()).isEmpty();
    assertThat(texts()).hasSize(2);
    assertThat(lb.get("/more")).isEqualTo("200 b");
  }

  @Test
  void patternsCanBeCarriedIntoTheFiles() throws Exception {
    add("path", "/b", "/mo re");
    lb.driver.raw("del acl #" + id("path", "/b") + " /bb");
    add("path_beg", "/TEA", "/coffee");
    assertThat(carried())
        .contains("acl is_b path /b \"/mo re\"\n")
        .contains("if { path_beg -i /TEA /coffee } !{ method POST }\n");
  }

  @Test
  void patternsBehindAnOperatorAreNotCarried() throws Exception {
    add("req.hdr_cnt", "4:", "1");
    assertThat(stopped().preflight().orElseThrow().choices().get("acl frontend fe many"))
        .containsExactlyInAnyOrder(Choice.KEEP, Choice.DROP);
  }

  @Test
  void anAclWithoutANameThatMayBeAnotherOneThenIsNotKept() throws Exception {
    add("path", "/no", "/never");
    String other =
        lb.approved(
            CONFIG.replace(
                "    use_backend be_b if is_b\n",
                "    use_backend be_b if is_b\n"
                    + "    http-request deny deny_status 429 if { path /first }\n"));
    Applied stopped = lb.apply(other);
    assertThat(stopped.outcome()).isEqualTo(Outcome.LOSES_STATE);
    assertThat(stopped.preflight().orElseThrow().choices())
        .containsOnlyKeys("acl frontend fe http-request { path }")
        .containsValue(Set.of(Choice.DROP));
  }

  @Test
  void whatTheNewFilesHaveTooIsNotAskedFor() throws Exception {
    add("path", "/b", "/more");
    Applied applied = lb.apply(lb.approved(CONFIG.replace("path /b /bb", "path /more /bb /b")));
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
  }

  @Test
  void whatIsKeptIsAddedToWhatTheNewFilesHave() throws Exception {
    lb.driver.raw("add map " + lb.haproxy.map + " /c be_b");
    lb.driver.raw("add map " + lb.haproxy.map + " /odd\\;\\\\ be\\ b\\;");
    java.nio.file.Files.writeString(lb.haproxy.map, "/a be_a\n/b be_b\n/d be_b\n");
    String next = lb.approved(lb.driver.onDisk());
    Applied applied =
        lb.apply.apply(
            new Apply.Order(next, "ada", Map.of("map " + lb.haproxy.map, Choice.KEEP), true),
            Progress.NONE);
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
    assertThat(lb.get("/c")).isEqualTo("200 b");
    assertThat(lb.get("/d")).isEqualTo("200 b");
    assertThat(lb.driver.raw("show map " + lb.haproxy.map)).contains(" /odd;\\ be b;\n");
  }

  @Test
  void whereSomebodyElseReloadedOtherFilesNothingIsSaidOfPatterns() throws Exception {
    java.nio.file.Files.writeString(
        lb.haproxy.config,
        lb.haproxy.text(CONFIG.replace("    acl is_b path /b /bb\n", "").replace("if is_b", "")));
    long before = lb.driver.processes().seen().worker();
    lb.driver.reload();
    RunningHaproxy.eventually(
        "somebody else's worker",
        () -> {
          try {
            long now = lb.driver.processes().seen().worker();
            return now != 0 && now != before;
          } catch (BalancerException e) {
            return false;
          }
        });
    Drift.Report report = find();
    assertThat(report.found())
        .extracting(Drift.Found::part)
        .contains(Drift.Part.RELOAD, Drift.Part.MAIN_FILES)
        .doesNotContain(Drift.Part.RUNTIME_TABLES);
    assertThat(report.notCompared())
        .containsExactly("patterns of ACLs in memory: the worker was started from other files");
  }

  private Applied stopped() throws Exception {
    Applied stopped = lb.apply(lb.versions.live().orElseThrow());
    assertThat(stopped.outcome()).isEqualTo(Outcome.LOSES_STATE);
    return stopped;
  }

  private Applied reload(Choice choice) throws Exception {
    Map<String, Choice> choices = new LinkedHashMap<>();
    find().found().forEach(one -> choices.put(one.key(), choice));
    Applied applied =
        lb.apply.apply(
            new Apply.Order(lb.versions.live().orElseThrow(), "ada", choices, false),
            Progress.NONE);
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
    return applied;
  }

  /** Writes what was told into the files, loads them, and answers the main one. */
  private String carried() throws Exception {
    var set = lb.driver.onDisk();
    for (Deviation one : Preflight.of(lb.driver, set, set).lost()) {
      set = lb.driver.carried(set, one).orElseThrow();
    }
    Applied applied = lb.apply(lb.approved(set));
    assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.SERVES);
    assertThat(texts()).isEmpty();
    return set.main().getFirst().content().orElseThrow().text();
  }

  private void add(String fetch, String with, String pattern) throws Exception {
    lb.driver.raw("add acl #" + id(fetch, with) + " " + pattern.replace(" ", "\\ "));
  }

  /** HAProxy's number of the list of a fetch that has this pattern. */
  private String id(String fetch, String with) throws Exception {
    for (String line : lb.driver.raw("show acl").lines().toList()) {
      String id = line.split(" ", 2)[0];
      if (line.contains("acl '" + fetch + "' file")
          && lb.driver.raw("show acl #" + id).lines().anyMatch(it -> it.endsWith(" " + with))) {
        return id;
      }
    }
    throw new AssertionError(fetch + " " + with + " is not there");
  }

  private List<String> texts() throws Exception {
    return find().found().stream().map(Drift.Found::text).toList();
  }

  private Drift.Report find() throws Exception {
    return Drift.find(lb.driver, lb.versions, Set.of());
  }
}
