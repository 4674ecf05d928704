package dev.checkrail.policy;

/**
 * A host name, or all names under one. Hosts are compared without case, port and one trailing dot.
 *
 * @param name in lower case, without port and trailing dot; IPv6 addresses in brackets
 * @param under false: exactly this name; true ({@code *.name}): every name that has at least one
 *     byte before {@code .name}, at any depth; {@code name} itself is not among them
 */
public record HostPattern(String name, boolean under) {

  /** Whether a Host as sent fits. */
  public boolean matches(String host) {
    String plain = plain(host);
    return under
        ? plain.length() > name.length() + 1 && plain.endsWith("." + name)
        : plain.equals(name);
  }

  /** A Host as it is compared: lower case, without port and one trailing dot. */
  public static String plain(String host) {
    int colon = host.lastIndexOf(':');
    boolean port =
        colon >= 0
            && colon > host.lastIndexOf(']')
            && host.chars().skip(colon + 1L).allMatch(c -> c >= '0' && c <= '9');
    String name = port ? host.substring(0, colon) : host;
    return lower(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
  }

  /** Only ASCII has case: all other chars are bytes of something else. */
  private static String lower(String name) {
    StringBuilder lower = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return lower.toString();
  }

  /** As written in a policy. */
  @Override
  public String toString() {
    return under ? "*." + name : name;
  }
}
