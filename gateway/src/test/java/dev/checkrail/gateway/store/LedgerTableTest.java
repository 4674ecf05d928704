package dev.checkrail.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.gateway.World;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger defends itself, whoever comes. */
class LedgerTableTest {
  @TempDir Path folder;

  @Test
  void entriesAreNeverChangedRemovedOrUnbalanced() throws Exception {
    try (World world = new World(folder)) {
      assertThat(world.create(world.serve(), World.sale(1234)).status()).isEqualTo(201);
    }
    try (Connection owner = TestDatabase.owner();
        Statement statement = owner.createStatement()) {
      assertThatThrownBy(() -> statement.execute("update ledger_entries set amount = 1"))
          .hasMessageContaining("append only (UPDATE refused)");
      assertThatThrownBy(() -> statement.execute("delete from ledger_entries"))
          .hasMessageContaining("append only (DELETE refused)");
      assertThatThrownBy(() -> statement.execute("truncate ledger_entries"))
          .hasMessageContaining("append only (TRUNCATE refused)");
      assertThatThrownBy(() -> statement.execute("truncate attempts cascade"))
          .hasMessageContaining("append only (TRUNCATE refused)");
      assertThatThrownBy(() ->
              statement.execute(
                  """
                  insert into ledger_entries (posting, line, account, merchant_id, currency, amount)
                  select posting, 99, account, merchant_id, currency, 1 from ledger_entries limit 1
                  """))
          .hasMessageContaining("is not balanced");
    }
    try (Connection instance = TestDatabase.asInstance();
        Statement statement = instance.createStatement()) {
      for (String attack :
          new String[] {
            "update ledger_entries set amount = 1",
            "delete from ledger_entries",
            "truncate ledger_entries",
            "drop table ledger_entries",
            "alter table ledger_entries disable trigger all",
            "update cards set last4 = '0000'"
          }) {
        assertThatThrownBy(() -> statement.execute(attack))
            .as(attack)
            .hasMessageMatching("(?s).*(permission denied|must be owner).*");
      }
    }
  }
}
