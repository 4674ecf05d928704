package dev.checkrail.gateway.store;

/** Where a database is and who we are there. Prints without the password. */
public record DatabaseAddress(String url, String user, String password) {
  @Override
  public String toString() {
    return url + "?user=" + user;
  }
}
