package dev.checkrail.store;

/**
 * Where a database is and who we are there. Prints without the password.
 *
 * @param url {@code jdbc:postgresql://…}
 */
public record DatabaseAddress(String url, String user, String password) {
  @Override
  public String toString() {
    return url + " as " + user;
  }
}
