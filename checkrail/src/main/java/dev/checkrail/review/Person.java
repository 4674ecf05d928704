package dev.checkrail.review;

import java.util.List;

/**
 * Who asks.
 *
 * @param account its name; {@code checkrail} for what happens by itself
 * @param roles the account's roles, as words: viewer, author, approver, operator, admin
 */
public record Person(String account, List<String> roles) {
  /** What happens by itself. */
  public static final Person CHECKRAIL = new Person("checkrail", List.of("checkrail"));

  public Person {
    roles = List.copyOf(roles);
  }
}
