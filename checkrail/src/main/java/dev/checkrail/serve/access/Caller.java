package dev.checkrail.serve.access;

import java.util.Set;

/**
 * Who sent a request, as far as a valid token tells.
 *
 * @param account whose token it is
 * @param token its name
 * @param tokenId its id
 * @param rights what account and token both allow
 * @param balancers the load balancers that the token is for; empty: all
 */
public record Caller(
    String account, String token, String tokenId, Set<Right> rights, Set<String> balancers) {
  public Caller {
    rights = Set.copyOf(rights);
    balancers = Set.copyOf(balancers);
  }

  /** Whether it may do this at all. */
  public boolean may(Right right) {
    return rights.contains(right);
  }

  /** Whether its token speaks of this load balancer. */
  public boolean reaches(String balancer) {
    return balancers.isEmpty() || balancers.contains(balancer);
  }
}
