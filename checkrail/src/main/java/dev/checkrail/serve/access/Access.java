package dev.checkrail.serve.access;

import dev.checkrail.change.JournalEntry;
import dev.checkrail.logs.RedactedText;
import dev.checkrail.store.AccountTable;
import dev.checkrail.store.AccountTable.Account;
import dev.checkrail.store.AccountTable.Held;
import dev.checkrail.store.AccountTable.Token;
import dev.checkrail.store.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Accounts, roles and tokens. A request is known by its bearer token: {@code ckr_} and 256 random
 * bits, of which the SHA-256 is kept (a slow hash would buy nothing: there is nothing to guess).
 * People get a token by name and password, programs are given one by a person.
 *
 * <p>While the database is down, a token that was seen in the last ten minutes still holds, so that
 * an operator in the middle of an incident can go back to an approved version. Safe for use by
 * several threads.
 */
public final class Access {
  /** How long a login holds. */
  public static final Duration LOGIN_HOLDS = Duration.ofHours(12);

  /** The longest that a token can hold. */
  public static final Duration LONGEST = Duration.ofDays(366);

  private static final Duration FIRST_CODE_HOLDS = Duration.ofHours(1);
  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final Duration USE_NOTED = Duration.ofMinutes(1);
  private static final int REMEMBERED_MOST = 1000;
  private static final String PREFIX = "ckr_";
  private static final String NAME = "[a-z][a-z0-9._-]{0,63}";
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final AccountTable table;
  private final InstantSource clock;
  private final SecureRandom random;
  private final LongSupplier nanos;
  private final Passwords passwords;
  private final Attempts attempts;
  private final String nobodysHash;
  private final Map<String, Remembered> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Remembered> eldest) {
          return size() > REMEMBERED_MOST;
        }
      };
  private @Nullable FirstCode firstCode;

  private record FirstCode(byte[] hash, long nanos) {}

  private record Remembered(Held held, long nanos) {}

  /**
   * A token as it is handed out: the only time that its text is there.
   *
   * @param text what goes into the header
   */
  public record Issued(Token token, String text) {
    @Override
    public String toString() {
      return "token " + token.id();
    }
  }

  /**
   * What a token is made for.
   *
   * @param name for people, e.g. {@code ci}
   * @param scopes words of rights; empty: all that the account has
   * @param balancers names of load balancers; empty: all
   */
  public record Wish(String name, List<String> scopes, List<String> balancers, Duration holds) {
    public Wish {
      scopes = List.copyOf(scopes);
      balancers = List.copyOf(balancers);
    }
  }

  /**
   * On one table.
   *
   * @param nanos elapsed time
   */
  public Access(AccountTable table, InstantSource clock, LongSupplier nanos, SecureRandom random) {
    this.table = table;
    this.clock = clock;
    this.nanos = nanos;
    this.random = random;
    this.passwords = new Passwords(random);
    this.attempts = new Attempts(nanos);
    // A name that nobody has takes as long as one that somebody has.
    this.nobodysHash = passwords.hash(secret().toCharArray());
  }

  // --- the first administrator

  /** A new one-time code if there is no administrator yet; holds an hour or until the next one. */
  public synchronized Optional<String> firstCode() {
    if (table.anyWith(Role.ADMIN.word())) {
      return Optional.empty();
    }
    String code = secret();
    firstCode = new FirstCode(sha256(code), nanos.getAsLong());
    return Optional.of(code);
  }

  /** Makes the first administrator, who is logged in at once. The code holds once. */
  public synchronized Issued first(String code, String name, char[] password) {
    FirstCode expected = firstCode;
    if (expected == null
        || nanos.getAsLong() - expected.nanos() > FIRST_CODE_HOLDS.toNanos()
        || !MessageDigest.isEqual(expected.hash(), sha256(code))) {
      throw new Denied(
          Denied.Kind.WRONG_CODE,
          "this code is wrong, used or out of date; start serve again for another one");
    }
    Account account = account(name, List.of(Role.ADMIN.word()), Optional.of(password));
    if (!table.addFirst(
        account,
        Role.ADMIN.word(),
        entry(name, "account.added", "account " + name, Map.of("roles", "admin", "by", "code")))) {
      throw new Denied(Denied.Kind.WRONG_CODE, "there is an administrator already");
    }
    firstCode = null;
    return issue(account, new Wish("login", List.of(), List.of(), LOGIN_HOLDS), name, "login");
  }

  // --- people

  /** Gives a token for a name and a password. */
  public Issued login(String name, char[] password) {
    if (attempts.tooMany(name)) {
      throw new Denied(
          Denied.Kind.SLOW_DOWN, "too many wrong passwords; try again in fifteen minutes");
    }
    Optional<Account> account = name.matches(NAME) ? table.account(name) : Optional.empty();
    String kept = account.flatMap(Account::passwordHash).orElse(nobodysHash);
    boolean right = password.length <= Passwords.LONGEST && passwords.matches(password, kept);
    if (!right || account.isEmpty() || account.get().disabled()) {
      attempts.failed(name);
      throw new Denied(Denied.Kind.WRONG_PASSWORD, "wrong name or password");
    }
    attempts.succeeded(name);
    return issue(
        account.get(), new Wish("login", List.of(), List.of(), LOGIN_HOLDS), name, "login");
  }

  /**
   * Makes an account.
   *
   * @param password empty: it can't log in by password and is given tokens by an administrator
   * @throws Unfit if something about it can't be
   */
  public Account add(String name, List<String> roles, Optional<char[]> password, Caller by) {
    Account account = account(name, roles, password);
    if (!table.add(
        account,
        entry(
            by.account(),
            "account.added",
            "account " + name,
            Map.of("roles", String.join(" ", account.roles()))))) {
      throw new Unfit("there is an account " + name + " already");
    }
    return account;
  }

  private Account account(String name, List<String> roles, Optional<char[]> password) {
    if (!name.matches(NAME)) {
      throw new Unfit(
          "an account's name is lower case: a letter, then letters, digits and . _ - (at most 64)");
    }
    return new Account(name, roles(roles), password.map(this::newHash), false, clock.instant());
  }

  private static List<String> roles(List<String> words) {
    for (String word : words) {
      if (Role.of(word).isEmpty()) {
        throw new Unfit(
            "there is no role " + word + "; there are viewer, author, approver, operator, admin");
      }
    }
    if (words.isEmpty()) {
      throw new Unfit("an account has at least one role");
    }
    return List.copyOf(new TreeSet<>(words));
  }

  private String newHash(char[] password) {
    if (password.length < Passwords.SHORTEST || password.length > Passwords.LONGEST) {
      throw new Unfit(
          "a password has %d to %d characters".formatted(Passwords.SHORTEST, Passwords.LONGEST));
    }
    return passwords.hash(password);
  }

  /** Changes roles, or switches an account off and on; tokens that it has follow at once. */
  public Account change(
      String name, Optional<List<String>> roles, Optional<Boolean> disabled, Caller by) {
    Optional<List<String>> checked = roles.map(Access::roles);
    Map<String, String> details = new LinkedHashMap<>();
    checked.ifPresent(it -> details.put("roles", String.join(" ", it)));
    disabled.ifPresent(it -> details.put("disabled", it.toString()));
    if (name.equals(by.account())
        && (disabled.orElse(false)
            || checked.map(it -> !it.contains(Role.ADMIN.word())).orElse(false))) {
      throw new Unfit("nobody takes the role admin from himself; another administrator can");
    }
    Account changed =
        table
            .change(
                name,
                was ->
                    new Account(
                        was.name(),
                        checked.orElse(was.roles()),
                        was.passwordHash(),
                        disabled.orElse(was.disabled()),
                        was.createdAt()),
                entry(by.account(), "account.changed", "account " + name, details))
            .orElseThrow(() -> new Unfit("there is no account " + name));
    forget();
    return changed;
  }

  /** Sets a password; one's own, or an administrator anybody's. */
  public void password(String name, char[] password, Caller by) {
    String hash = newHash(password);
    Account unused =
        table
            .change(
                name,
                was ->
                    new Account(
                        was.name(),
                        was.roles(),
                        Optional.of(hash),
                        was.disabled(),
                        was.createdAt()),
                entry(by.account(), "account.password", "account " + name, Map.of()))
            .orElseThrow(() -> new Unfit("there is no account " + name));
  }

  /** The roles of accounts that are there and not disabled, by name. */
  public Map<String, List<String>> roles() {
    Map<String, List<String>> roles = new LinkedHashMap<>();
    table.accounts().stream()
        .filter(account -> !account.disabled())
        .forEach(account -> roles.put(account.name(), account.roles()));
    return roles;
  }

  /** All accounts. */
  public List<Account> accounts() {
    return table.accounts();
  }

  // --- tokens

  /**
   * Makes a token for an account: its own, or an administrator anybody's. It can do no more than
   * who makes it.
   */
  public Issued issue(String account, Wish wish, Caller by) {
    if (!account.equals(by.account()) && !by.may(Right.ACCOUNTS)) {
      throw new Denied(Denied.Kind.NO_RIGHT, "only an administrator makes tokens for others");
    }
    if (wish.name().isBlank() || wish.name().length() > 64) {
      throw new Unfit("a token's name has 1 to 64 characters");
    }
    if (wish.holds().isNegative() || wish.holds().isZero() || wish.holds().compareTo(LONGEST) > 0) {
      throw new Unfit("a token holds at least a second and at most 366 days");
    }
    List<String> scopes = wish.scopes();
    for (String scope : scopes) {
      Right right =
          Right.of(scope)
              .orElseThrow(() ->
                  new Unfit(
                      "there is no right "
                          + scope
                          + "; there are "
                          + String.join(
                              ", ", Arrays.stream(Right.values()).map(Right::word).toList())));
      if (!by.may(right)) {
        throw new Denied(Denied.Kind.NO_RIGHT, "you don't have the right " + scope + " yourself");
      }
    }
    if (scopes.isEmpty()) {
      // What is written down is what the maker had, so that a narrow token begets no wide one.
      scopes = by.rights().stream().map(Right::word).sorted().toList();
    }
    if (!by.balancers().isEmpty() && !by.balancers().containsAll(reached(wish, by))) {
      throw new Denied(Denied.Kind.NO_RIGHT, "your own token does not reach these load balancers");
    }
    Account owner =
        table
            .account(account)
            .filter(it -> !it.disabled())
            .orElseThrow(() -> new Unfit("there is no account " + account));
    List<String> balancers = List.copyOf(reached(wish, by));
    return issue(
        owner, new Wish(wish.name(), scopes, balancers, wish.holds()), by.account(), "token.added");
  }

  private static Set<String> reached(Wish wish, Caller by) {
    return wish.balancers().isEmpty() ? by.balancers() : Set.copyOf(wish.balancers());
  }

  private Issued issue(Account owner, Wish wish, String by, String kind) {
    String text = PREFIX + secret();
    byte[] id = new byte[6];
    random.nextBytes(id);
    Instant now = clock.instant();
    Token token =
        new Token(
            HexFormat.of().formatHex(id),
            owner.name(),
            RedactedText.of(wish.name()), // it is shown, and in the journal for ever
            wish.scopes(),
            wish.balancers(),
            now,
            now.plus(wish.holds()),
            Optional.empty(),
            Optional.empty());
    Map<String, String> details = new LinkedHashMap<>();
    details.put("token", token.id());
    details.put("name", token.name());
    details.put("expires", token.expiresAt().toString());
    if (!wish.scopes().isEmpty()) {
      details.put("scopes", String.join(" ", wish.scopes()));
    }
    if (!wish.balancers().isEmpty()) {
      details.put("balancers", String.join(" ", wish.balancers()));
    }
    table.add(token, sha256(text), entry(by, kind, "account " + owner.name(), details));
    return new Issued(token, text);
  }

  /** Tokens that hold: one's own, or an administrator everybody's. */
  public List<Token> tokens(Caller by) {
    return table.tokens(
        by.may(Right.ACCOUNTS) ? Optional.empty() : Optional.of(by.account()), clock.instant());
  }

  /**
   * Ends a token; false if there is none that one may end. A token that was narrowed ends only
   * itself: who finds it must not be able to log its owner out.
   */
  public boolean revoke(String id, Caller by) {
    if (!id.equals(by.tokenId()) && !by.may(Right.ACCOUNTS) && isNarrowed(by)) {
      throw new Denied(
          Denied.Kind.NO_RIGHT, "a token with scopes or load balancers of its own ends no other");
    }
    boolean ended =
        table.revoke(
            id,
            by.may(Right.ACCOUNTS) ? Optional.empty() : Optional.of(by.account()),
            clock.instant(),
            entry(by.account(), "token.revoked", "access", Map.of("token", id)));
    forget();
    return ended;
  }

  private boolean isNarrowed(Caller by) {
    return table.tokens(Optional.of(by.account()), clock.instant()).stream()
        .filter(token -> token.id().equals(by.tokenId()))
        .anyMatch(token -> !token.scopes().isEmpty() || !token.balancers().isEmpty());
  }

  // --- requests

  /**
   * Who sends a request.
   *
   * @param authorization the header, {@code Bearer ckr_…}
   */
  public Caller caller(Optional<String> authorization) {
    String header =
        authorization.orElseThrow(() ->
            new Denied(Denied.Kind.UNKNOWN, "a token is needed: Authorization: Bearer ckr_…"));
    if (!header.regionMatches(true, 0, "Bearer ", 0, 7)
        || !header.substring(7).strip().matches(PREFIX + "[A-Za-z0-9_-]{43}")) {
      throw new Denied(Denied.Kind.UNKNOWN, "this is no token of Checkrail");
    }
    byte[] hash = sha256(header.substring(7).strip());
    Held held =
        held(hash).orElseThrow(() -> new Denied(Denied.Kind.UNKNOWN, "this token does not hold"));
    Token token = held.token();
    if (token.revokedAt().isPresent()
        || held.account().disabled()
        || !clock.instant().isBefore(token.expiresAt())) {
      throw new Denied(Denied.Kind.UNKNOWN, "this token does not hold any more; log in again");
    }
    return new Caller(
        held.account().name(),
        token.name(),
        token.id(),
        rights(held),
        Set.copyOf(token.balancers()));
  }

  private static Set<Right> rights(Held held) {
    Set<Right> rights = EnumSet.noneOf(Right.class);
    held.account().roles().stream()
        .flatMap(role -> Role.of(role).stream())
        .forEach(role -> rights.addAll(role.rights()));
    if (!held.token().scopes().isEmpty()) {
      rights.retainAll(
          held.token().scopes().stream().flatMap(word -> Right.of(word).stream()).toList());
    }
    return rights;
  }

  private Optional<Held> held(byte[] hash) {
    String key = HexFormat.of().formatHex(hash);
    try {
      Optional<Held> held = table.byHash(hash);
      held.ifPresent(it -> noteUse(key, it));
      return held;
    } catch (JdbiException e) {
      if (!Database.isOutage(e)) {
        throw e;
      }
      synchronized (remembered) {
        Remembered seen = remembered.get(key);
        if (seen == null || nanos.getAsLong() - seen.nanos() > REMEMBERED.toNanos()) {
          throw e;
        }
        return Optional.of(seen.held());
      }
    }
  }

  private void noteUse(String key, Held held) {
    synchronized (remembered) {
      remembered.put(key, new Remembered(held, nanos.getAsLong()));
    }
    Instant now = clock.instant();
    boolean stale =
        held.token()
            .usedAt()
            .map(at -> Duration.between(at, now).abs().compareTo(USE_NOTED) > 0)
            .orElse(true);
    if (stale) {
      table.used(held.token().id(), now);
    }
  }

  private void forget() {
    synchronized (remembered) {
      remembered.clear();
    }
  }

  private JournalEntry entry(
      String actor, String kind, String subject, Map<String, String> details) {
    return new JournalEntry(clock.instant(), actor, kind, subject, details);
  }

  private String secret() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return BASE64.encodeToString(bytes);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
