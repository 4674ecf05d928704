package dev.checkrail.gateway.store;

import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Merchants and their API keys. Of a key only the hash is kept. */
public final class Merchants {
  private final Jdbi jdbi;

  public Merchants(Database database) {
    this.jdbi = database.jdbi();
  }

  /** Adds a merchant; the secret signs his webhooks and is sealed by the caller. */
  public void add(String id, String name, Optional<String> webhook, Optional<byte[]> secret) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                "insert into merchants (id, name, webhook_url, webhook_secret)"
                    + " values (:id, :name, :url, :secret)")
            .bind("id", id)
            .bind("name", name)
            .bind("url", webhook.orElse(null))
            .bind("secret", secret.orElse(null))
            .execute());
  }

  /** Whether there is a merchant of this id. */
  public boolean exists(String id) {
    return jdbi.withHandle(handle ->
        handle
                .createQuery("select count(*) from merchants where id = :id")
                .bind("id", id)
                .mapTo(Integer.class)
                .one()
            > 0);
  }

  /** Gives a merchant a further key. */
  public void addKey(String merchantId, String mode, String key, int rateLimit) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                "insert into api_keys (hash, merchant_id, mode, hint, rate_limit)"
                    + " values (:hash, :merchant, :mode, :hint, :limit)")
            .bind("hash", Vault.hash(key))
            .bind("merchant", merchantId)
            .bind("mode", mode)
            .bind("hint", key.substring(0, Math.min(12, key.length())))
            .bind("limit", rateLimit)
            .execute());
  }

  /** The merchant of a key that is not revoked. */
  public Optional<Merchant> ofKey(byte[] hash) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                "select m.id, m.name, k.mode, k.rate_limit, m.webhook_url from api_keys k"
                    + " join merchants m on m.id = k.merchant_id"
                    + " where k.hash = :hash and k.revoked_at is null")
            .bind("hash", hash)
            .map((row, context) ->
                new Merchant(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    new Merchant.KeyHash(HexFormat.of().formatHex(hash)),
                    row.getInt(4),
                    Optional.ofNullable(row.getString(5))))
            .findOne());
  }
}
