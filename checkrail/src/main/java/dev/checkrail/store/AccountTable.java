package dev.checkrail.store;

import dev.checkrail.change.JournalEntry;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/**
 * Accounts and their tokens, as rows. Each change is written together with its journal entry: both
 * are there or neither. Throws {@link org.jdbi.v3.core.JdbiException} when the database is down.
 */
public final class AccountTable {
  private static final RowMapper<Account> ACCOUNT =
      (row, context) ->
          new Account(
              row.getString("name"),
              words(row, "roles"),
              Optional.ofNullable(row.getString("password_hash")),
              row.getBoolean("disabled"),
              instant(row, "created_at").orElseThrow());

  private static final RowMapper<Token> TOKEN =
      (row, context) ->
          new Token(
              row.getString("id"),
              row.getString("account"),
              row.getString("name"),
              words(row, "scopes"),
              words(row, "balancers"),
              instant(row, "created_at").orElseThrow(),
              instant(row, "expires_at").orElseThrow(),
              instant(row, "revoked_at"),
              instant(row, "used_at"));

  private final Database database;

  public AccountTable(Database database) {
    this.database = database;
  }

  /**
   * A person or a program.
   *
   * @param name lower case, as in {@code ada} or {@code ci.deploy}
   * @param passwordHash empty: can't log in by password
   */
  public record Account(
      String name,
      List<String> roles,
      Optional<String> passwordHash,
      boolean disabled,
      Instant createdAt) {
    public Account {
      roles = List.copyOf(roles);
    }

    @Override
    public String toString() {
      return name + " " + roles;
    }
  }

  /**
   * A token, without the token itself.
   *
   * @param scopes words of rights; empty: all that the account has
   * @param balancers names of load balancers; empty: all
   */
  public record Token(
      String id,
      String account,
      String name,
      List<String> scopes,
      List<String> balancers,
      Instant createdAt,
      Instant expiresAt,
      Optional<Instant> revokedAt,
      Optional<Instant> usedAt) {
    public Token {
      scopes = List.copyOf(scopes);
      balancers = List.copyOf(balancers);
    }
  }

  /** Whether there is an account that has this role and is not disabled. */
  public boolean anyWith(String role) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    "select exists (select 1 from account where :role = any(roles) and not"
                        + " disabled)")
                .bind("role", role)
                .mapTo(Boolean.class)
                .one());
  }

  /** All accounts by name. */
  public List<Account> accounts() {
    return database
        .jdbi()
        .withHandle(handle ->
            handle.createQuery("select * from account order by name").map(ACCOUNT).list());
  }

  /** One account. */
  public Optional<Account> account(String name) {
    return database.jdbi().withHandle(handle -> account(handle, name));
  }

  private static Optional<Account> account(Handle handle, String name) {
    return handle
        .createQuery("select * from account where name = :name")
        .bind("name", name)
        .map(ACCOUNT)
        .findFirst();
  }

  /** Makes an account; false if the name is taken. */
  public boolean add(Account account, JournalEntry entry) {
    return database
        .jdbi()
        .inTransaction(handle -> insert(handle, account) && written(handle, entry));
  }

  /** Makes the first account with a role, only as long as nobody has it; one wins. */
  public boolean addFirst(Account account, String role, JournalEntry entry) {
    return database
        .jdbi()
        .inTransaction(handle -> {
          handle.execute("lock table account in exclusive mode");
          boolean taken =
              handle
                  .createQuery(
                      "select exists (select 1 from account where :role = any(roles) and not"
                          + " disabled)")
                  .bind("role", role)
                  .mapTo(Boolean.class)
                  .one();
          return !taken && insert(handle, account) && written(handle, entry);
        });
  }

  private static boolean insert(Handle handle, Account account) {
    return handle
            .createUpdate(
                """
                insert into account (name, roles, password_hash, disabled, created_at)
                values (:name, :roles, :hash, :disabled, :at) on conflict do nothing
                """)
            .bind("name", account.name())
            .bindArray("roles", String.class, account.roles())
            .bind("hash", account.passwordHash().orElse(null))
            .bind("disabled", account.disabled())
            .bind("at", time(account.createdAt()))
            .execute()
        == 1;
  }

  /**
   * Changes an account under a lock.
   *
   * @param change what it becomes; its name and its beginning stay
   * @param entry what is written down; empty if there was no such account
   * @return the account as it is now; empty if there is none
   */
  public Optional<Account> change(
      String name, Function<Account, Account> change, JournalEntry entry) {
    return database
        .jdbi()
        .inTransaction(handle -> {
          handle.execute("lock table account in exclusive mode");
          Optional<Account> now = account(handle, name).map(change);
          now.ifPresent(account -> {
            handle
                .createUpdate(
                    """
                    update account set roles = :roles, password_hash = :hash,
                      disabled = :disabled where name = :name
                    """)
                .bind("name", name)
                .bindArray("roles", String.class, account.roles())
                .bind("hash", account.passwordHash().orElse(null))
                .bind("disabled", account.disabled())
                .execute();
            ChainedJournal.append(handle, entry);
          });
          return now;
        });
  }

  /** Makes a token, known by the SHA-256 of its text. */
  public void add(Token token, byte[] hash, JournalEntry entry) {
    database
        .jdbi()
        .useTransaction(handle -> {
          handle
              .createUpdate(
                  """
                  insert into token (id, account, name, hash, scopes, balancers, created_at,
                    expires_at)
                  values (:id, :account, :name, :hash, :scopes, :balancers, :created, :expires)
                  """)
              .bind("id", token.id())
              .bind("account", token.account())
              .bind("name", token.name())
              .bind("hash", hash)
              .bindArray("scopes", String.class, token.scopes())
              .bindArray("balancers", String.class, token.balancers())
              .bind("created", time(token.createdAt()))
              .bind("expires", time(token.expiresAt()))
              .execute();
          ChainedJournal.append(handle, entry);
        });
  }

  /** Tokens, of one account or of all, that have not run out; newest first. */
  public List<Token> tokens(Optional<String> account, Instant now) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select * from token
                    where (cast(:account as text) is null or account = :account)
                      and expires_at > :now and revoked_at is null
                    order by created_at desc, id limit 1000
                    """)
                .bind("account", account.orElse(null))
                .bind("now", time(now))
                .map(TOKEN)
                .list());
  }

  /** A token and its account, by the SHA-256 of its text, whatever has become of it since. */
  public Optional<Held> byHash(byte[] hash) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery("select * from token where hash = :hash")
                .bind("hash", hash)
                .map(TOKEN)
                .findFirst()
                .flatMap(token ->
                    account(handle, token.account()).map(account -> new Held(token, account))));
  }

  /** A token with whom it belongs to. */
  public record Held(Token token, Account account) {}

  /** Notes that tokens were used; nothing that matters is lost if this fails. */
  public void used(String id, Instant at) {
    database
        .jdbi()
        .useHandle(handle ->
            handle
                .createUpdate("update token set used_at = :at where id = :id")
                .bind("id", id)
                .bind("at", time(at))
                .execute());
  }

  /**
   * Ends a token.
   *
   * @param account only if it is this one's; empty: anybody's
   * @return false if there is none that still holds
   */
  public boolean revoke(String id, Optional<String> account, Instant at, JournalEntry entry) {
    return database
        .jdbi()
        .inTransaction(handle ->
            handle
                        .createUpdate(
                            """
                            update token set revoked_at = :at
                            where id = :id and revoked_at is null
                              and (cast(:account as text) is null or account = :account)
                            """)
                        .bind("id", id)
                        .bind("account", account.orElse(null))
                        .bind("at", time(at))
                        .execute()
                    == 1
                && written(handle, entry));
  }

  private static boolean written(Handle handle, JournalEntry entry) {
    ChainedJournal.append(handle, entry);
    return true;
  }

  private static OffsetDateTime time(Instant at) {
    return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
    return Optional.ofNullable(at).map(OffsetDateTime::toInstant);
  }

  private static List<String> words(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return Arrays.asList((String[]) array.getArray());
  }
}
