package dev.checkrail.gateway.books;

import dev.checkrail.gateway.acquirer.Kind;
import dev.checkrail.gateway.acquirer.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What one acquirer has done, worked out from its entries alone. */
final class AcquirerBooks {
  private final String name;
  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private final Set<String> reversed = new HashSet<>();
  private final List<String> repeated = new ArrayList<>();

  AcquirerBooks(String name, List<Operation> entries) {
    this.name = name;
    for (Operation entry : entries) {
      if (entry.kind() == Kind.REVERSE || entry.kind() == Kind.TOMBSTONE) {
        reversed.add(entry.reference());
      }
      if (entry.kind() != Kind.REVERSE && operations.put(entry.reference(), entry) != null) {
        repeated.add(entry.reference());
      }
    }
  }

  String name() {
    return name;
  }

  Collection<Operation> operations() {
    return operations.values();
  }

  /** References that are there twice: an acquirer that is idempotent has none. */
  List<String> repeated() {
    return repeated;
  }

  Optional<Operation> find(String reference) {
    return Optional.ofNullable(operations.get(reference));
  }

  /** Whether it was done and not undone. */
  boolean isEffective(Operation operation) {
    return operation.approved() && !reversed.contains(operation.reference());
  }

  /** What it changes of {@code receivable}. */
  long receivable(Operation operation) {
    return switch (operation.kind()) {
      case AUTHORISE -> operation.capture() ? operation.amount() : 0;
      case CAPTURE -> operation.amount();
      case REFUND -> -operation.amount();
      case VOID, REVERSE, TOMBSTONE -> 0;
    };
  }

  /** What it changes of {@code held}. */
  long held(Operation operation) {
    return switch (operation.kind()) {
      case AUTHORISE -> operation.capture() ? 0 : operation.amount();
      case CAPTURE, VOID -> -operation.amount();
      case REFUND, REVERSE, TOMBSTONE -> 0;
    };
  }
}
