package dev.checkrail.serve;

import dev.checkrail.serve.access.Access;
import dev.checkrail.serve.access.Access.Issued;
import dev.checkrail.serve.access.Access.Wish;
import dev.checkrail.serve.access.Caller;
import dev.checkrail.serve.access.Right;
import dev.checkrail.store.AccountTable.Account;
import dev.checkrail.store.AccountTable.Token;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Logging in, accounts, tokens. */
final class AccessApi {
  private final Access access;

  AccessApi(Access access) {
    this.access = access;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.open("POST", "/api/v1/first-admin", this::first),
        Endpoint.open("POST", "/api/v1/login", this::login),
        Endpoint.known("POST", "/api/v1/logout", this::logout),
        Endpoint.known("GET", "/api/v1/me", this::me),
        Endpoint.known("POST", "/api/v1/me/password", this::ownPassword),
        Endpoint.needs(Right.ACCOUNTS, "GET", "/api/v1/accounts", this::accounts),
        Endpoint.needs(Right.ACCOUNTS, "POST", "/api/v1/accounts", this::add),
        Endpoint.needs(Right.ACCOUNTS, "PATCH", "/api/v1/accounts/{account}", this::change),
        Endpoint.known("GET", "/api/v1/tokens", this::tokens),
        Endpoint.known("POST", "/api/v1/tokens", this::issue),
        Endpoint.known("DELETE", "/api/v1/tokens/{token}", this::revoke));
  }

  private Reply first(Call call) {
    Body body = call.body("code", "name", "password");
    return Reply.verbatim(
        201,
        issued(
            access.first(
                body.text("code"), body.text("name"), body.text("password").toCharArray())));
  }

  private Reply login(Call call) {
    Body body = call.body("name", "password");
    return Reply.verbatim(
        201, issued(access.login(body.text("name"), body.text("password").toCharArray())));
  }

  private Reply logout(Call call) {
    access.revoke(call.caller().tokenId(), call.caller());
    return Reply.nothing();
  }

  private Reply me(Call call) {
    Caller caller = call.caller();
    ObjectNode body = Wire.object();
    body.put("account", caller.account());
    body.put("token", caller.tokenId());
    body.set("rights", Wire.texts(caller.rights().stream().map(Right::word).sorted().toList()));
    body.set("balancers", Wire.texts(caller.balancers().stream().sorted().toList()));
    return Reply.json(200, body);
  }

  private Reply ownPassword(Call call) {
    Body body = call.body("old", "new");
    String name = call.caller().account();
    // Who found a token lying about must not be able to keep the account.
    Issued check = access.login(name, body.text("old").toCharArray());
    access.revoke(check.token().id(), call.caller());
    access.password(name, body.text("new").toCharArray(), call.caller());
    return Reply.nothing();
  }

  private Reply accounts(Call call) {
    ObjectNode body = Wire.object();
    ArrayNode list = body.putArray("accounts");
    access.accounts().forEach(account -> list.add(account(account)));
    return Reply.json(200, body);
  }

  private Reply add(Call call) {
    Body body = call.body("name", "roles", "password");
    return Reply.json(
        201,
        account(
            access.add(
                body.text("name"),
                body.texts("roles").orElse(List.of()),
                body.maybe("password").map(String::toCharArray),
                call.caller())));
  }

  private Reply change(Call call) {
    Body body = call.body("roles", "disabled", "password");
    String name = call.parameter("account");
    Account changed =
        access.change(name, body.texts("roles"), body.flag("disabled"), call.caller());
    body.maybe("password")
        .ifPresent(word -> access.password(name, word.toCharArray(), call.caller()));
    return Reply.json(200, account(changed));
  }

  private Reply tokens(Call call) {
    ObjectNode body = Wire.object();
    ArrayNode list = body.putArray("tokens");
    access.tokens(call.caller()).forEach(token -> list.add(token(token)));
    return Reply.json(200, body);
  }

  private Reply issue(Call call) {
    Body body = call.body("name", "account", "scopes", "balancers", "days");
    Caller caller = call.caller();
    int days = body.number("days", 1, 366).orElse(90);
    Wish wish =
        new Wish(
            body.text("name"),
            body.texts("scopes").orElse(List.of()),
            body.texts("balancers").orElse(List.of()),
            Duration.ofDays(days));
    return Reply.verbatim(
        201, issued(access.issue(body.maybe("account").orElse(caller.account()), wish, caller)));
  }

  private Reply revoke(Call call) {
    if (!access.revoke(call.parameter("token"), call.caller())) {
      throw Problem.missing("there is no such token of yours");
    }
    return Reply.nothing();
  }

  private static ObjectNode issued(Issued issued) {
    ObjectNode node = token(issued.token());
    node.put("secret", issued.text());
    return node;
  }

  private static ObjectNode token(Token token) {
    ObjectNode node = Wire.object();
    node.put("id", token.id());
    node.put("account", token.account());
    node.put("name", token.name());
    node.set("scopes", Wire.texts(token.scopes()));
    node.set("balancers", Wire.texts(token.balancers()));
    node.put("created_at", token.createdAt().toString());
    node.put("expires_at", token.expiresAt().toString());
    token.usedAt().ifPresent(at -> node.put("used_at", at.toString()));
    return node;
  }

  private static ObjectNode account(Account account) {
    ObjectNode node = Wire.object();
    node.put("name", account.name());
    node.set("roles", Wire.texts(account.roles()));
    node.put("disabled", account.disabled());
    node.put("password", account.passwordHash().isPresent());
    node.put("created_at", account.createdAt().toString());
    return node;
  }
}
