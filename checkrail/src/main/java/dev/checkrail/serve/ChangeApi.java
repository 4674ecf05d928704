package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeState;
import dev.checkrail.logs.RedactedText;
import dev.checkrail.report.Evidence;
import dev.checkrail.review.Seal;
import dev.checkrail.serve.access.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Changes over HTTP. */
final class ChangeApi {
  private static final String ALL = "/api/v1/changes";
  private static final String ONE = ALL + "/{change}";
  private static final int LONGEST = 500;
  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 500;

  private final Changes changes;
  private final Seal.Keys keys;

  /**
   * On changes.
   *
   * @param keys by which evidence is sealed
   */
  ChangeApi(Changes changes, Seal.Keys keys) {
    this.changes = changes;
    this.keys = keys;
  }

  List<Endpoint> endpoints() {
    return List.of(
        needs(Right.READ, "GET", ALL, this::list),
        needs(Right.CHANGE, "POST", ALL, this::propose),
        needs(Right.READ, "GET", ONE, this::show),
        needs(Right.READ, "GET", ONE + "/evidence", this::evidence),
        needs(Right.CHANGE, "POST", ONE + "/check", this::check),
        needs(Right.APPROVE, "POST", ONE + "/approve", this::approve),
        needs(Right.APPROVE, "POST", ONE + "/reject", this::reject),
        needs(Right.CHANGE, "POST", ONE + "/withdraw", this::withdraw),
        needs(Right.CHANGE_ROLLOUT, "POST", ONE + "/rollout", this::rollOut),
        needs(Right.CHANGE_ROLLOUT, "POST", ONE + "/go-on", this::goOn),
        needs(Right.CHANGE_BREAK_GLASS, "POST", ONE + "/break-glass", this::breakGlass),
        needs(Right.LB_ROLLBACK, "POST", ONE + "/rollback", this::rollBack));
  }

  private static Endpoint needs(Right right, String method, String path, Endpoint.Work work) {
    return Endpoint.needs(right, method, path, BalancerApi.told(work));
  }

  private Reply list(Call call) {
    Optional<ChangeState> state =
        call.asked("state")
            .map(word ->
                ChangeState.of(word.replace('-', ' '))
                    .orElseThrow(() ->
                        Problem.bad(
                            "state is proposed, checked, approved, rolling out, live, rolled back,"
                                + " rejected, withdrawn or superseded")));
    boolean owed = call.asked("owed").filter("true"::equals).isPresent();
    int limit = (int) call.number("limit", PAGE, 1, LARGEST_PAGE);
    ObjectNode body = Wire.object();
    ArrayNode list = body.putArray("changes");
    for (Change one : changes.latest(call.asked("balancer"), state, owed, limit)) {
      if (call.caller().reaches(one.matter().balancer())) {
        ChangeJson.head(list.addObject(), one);
      }
    }
    return Reply.json(200, body);
  }

  private Reply propose(Call call) throws BalancerException, InterruptedException {
    Body body =
        call.body(
            "balancer", "main", "names", "beside", "moves", "policy", "why", "urgent", "replaces");
    String balancer = body.text("balancer");
    call.may(Right.CHANGE, balancer);
    String why = words(body.text("why"), "why");
    Changes.Proposed proposed =
        changes.propose(
            new Changes.Wanted(
                balancer,
                what(body),
                why,
                body.flag("urgent").orElse(false),
                body.number("replaces", 1, Integer.MAX_VALUE).map(Integer::longValue)),
            call.caller());
    ObjectNode answer = whole(proposed.change());
    answer.set("missing", Wire.texts(proposed.missing()));
    return Reply.json(201, answer);
  }

  private static Changes.What what(Body body) {
    if (body.maybe("policy").isEmpty()) {
      return new Changes.What.Files(
          BalancerApi.candidate(body), body.texts("moves").orElse(List.of()));
    }
    if (body.texts("main").isPresent()
        || body.texts("moves").filter(it -> !it.isEmpty()).isPresent()) {
      throw Problem.bad(
          "a policy is a change of its own: \"policy\" goes without \"main\" and \"moves\"");
    }
    return new Changes.What.PolicyText(PolicyApi.text(body));
  }

  private ObjectNode whole(Change change) {
    return ChangeJson.whole(
        change,
        changes.progress(change),
        changes.needed(change),
        changes.acts().rollingOut(change));
  }

  /** The change that is asked about, if the caller may do this to its load balancer. */
  private Change asked(Call call, Right right) {
    Change change = changes.find(number(call.parameter("change")));
    call.may(right, change.matter().balancer());
    return change;
  }

  private static long number(String text) {
    if (!text.matches("[1-9][0-9]{0,17}")) {
      throw Problem.missing("there is no change of this number");
    }
    return Long.parseLong(text);
  }

  private Reply show(Call call) {
    return Reply.json(200, whole(asked(call, Right.READ)));
  }

  private Reply evidence(Call call) {
    Change change = asked(call, Right.READ);
    Map<String, String> pieces = changes.evidence(change.number());
    if (pieces.isEmpty() && change.checked().isPresent() && !change.state().open()) {
      throw Problem.missing(
          "its evidence was kept for as long as serve's --keep says, and is gone");
    }
    if (pieces.isEmpty() || change.checked().isEmpty()) {
      throw Problem.conflict("change-state", "it is not checked yet: " + change.because());
    }
    ObjectNode body = Wire.object();
    body.put("fingerprint", Seal.fingerprint(keys.shown()));
    ObjectNode files = body.putObject("files");
    pieces.forEach(files::put);
    for (Evidence.Piece one : Seal.seal(change, keys)) {
      files.put(one.name(), one.text());
    }
    return Reply.verbatim(200, body); // redacted before it was sealed
  }

  private Reply check(Call call) throws BalancerException {
    Change change = asked(call, Right.CHANGE);
    call.maybeBody();
    return Reply.json(200, whole(changes.checkAgain(change.number(), call.caller())));
  }

  private Reply approve(Call call) throws BalancerException {
    Change change = asked(call, Right.APPROVE);
    return Reply.json(
        200, whole(changes.approve(change.number(), call.caller(), note(call, false))));
  }

  private Reply reject(Call call) throws BalancerException {
    Change change = asked(call, Right.APPROVE);
    return Reply.json(200, whole(changes.reject(change.number(), call.caller(), note(call, true))));
  }

  private static String note(Call call, boolean must) {
    Optional<String> note = call.maybeBody("note").maybe("note");
    if (note.isEmpty() && must) {
      throw Problem.bad("the body lacks the member \"note\": it says why");
    }
    return note.map(it -> words(it, "note")).orElse("");
  }

  private static String words(String text, String member) {
    String plain = RedactedText.of(text.strip());
    if (plain.isEmpty() || plain.length() > LONGEST) {
      throw Problem.bad("\"" + member + "\" has 1 to " + LONGEST + " characters");
    }
    return plain;
  }

  private Reply withdraw(Call call) throws BalancerException {
    Change change = asked(call, Right.CHANGE);
    call.maybeBody();
    return Reply.json(200, whole(changes.withdraw(change.number(), call.caller())));
  }

  private Reply rollOut(Call call) throws BalancerException, InterruptedException {
    Change change = asked(call, Right.CHANGE_ROLLOUT);
    Body body = call.maybeBody("choices", "then");
    List<Long> then = new ArrayList<>();
    for (String number : body.texts("then").orElse(List.of())) {
      Change one = changes.find(number(number));
      call.may(Right.CHANGE_ROLLOUT, one.matter().balancer());
      then.add(one.number());
    }
    return acted(
        changes.acts().rollOut(change.number(), then, call.caller(), BalancerApi.choices(body)));
  }

  private Reply goOn(Call call) {
    Change change = asked(call, Right.CHANGE_ROLLOUT);
    call.maybeBody();
    return Reply.json(200, whole(changes.acts().goOn(change.number(), call.caller())));
  }

  private Reply breakGlass(Call call) throws BalancerException, InterruptedException {
    Change change = asked(call, Right.CHANGE_BREAK_GLASS);
    Body body = call.body("reason", "choices");
    String reason = words(body.text("reason"), "reason");
    return acted(
        changes
            .acts()
            .breakGlass(change.number(), call.caller(), reason, BalancerApi.choices(body)));
  }

  private Reply rollBack(Call call) throws BalancerException, InterruptedException {
    Change change = asked(call, Right.LB_ROLLBACK);
    Body body = call.body("reason", "drop");
    String reason = words(body.text("reason"), "reason");
    return acted(
        changes
            .acts()
            .rollBack(
                change.number(), call.caller(), reason, body.texts("drop").orElse(List.of())));
  }

  /** What became of the files, with the change as it is now. */
  private Reply acted(PuttingInPlace.Acted acted) {
    ObjectNode answer = BalancerApi.applied(acted.applied());
    answer.set("change", whole(acted.change()));
    return BalancerApi.outcome(acted.applied(), answer);
  }
}
