package dev.checkrail.agreement;

import java.util.List;

/** The small vocabulary that configurations and requests share, so that they meet often. */
final class Words {
  static final List<String> HOSTS =
      List.of(
          "pay.example.com",
          "pay-eu.example.com",
          "example.com",
          "shop.example.com",
          "a.test",
          "b.a.test",
          "reports",
          "10.9.8.7");
  static final List<String> HOST_PIECES =
      List.of("pay", "example", "example.com", ".com", "a.", "shop.", "test", "-eu", "reports");
  static final List<String> PATHS =
      List.of(
          "/",
          "/v1",
          "/v1/",
          "/v1/payments",
          "/v1/payments/",
          "/v1/payments/p1",
          "/v1/pay",
          "/v1/refunds",
          "/api",
          "/api/v2/x",
          "/static/a.png",
          "/A/b",
          "/a.b",
          "/a/b/c/d",
          "//",
          "/v1//payments",
          "/%2e%2e/x",
          "/x:y/z");
  static final List<String> PATH_PIECES =
      List.of(
          "/v1", "v1", "payments", "/pay", "pay", ".png", "a", "b/c", "/", "//", "x:y", "A", "p1");
  static final List<String> REGEXES =
      List.of(
          "^/v1",
          "^/v1/(payments|refunds)(/|$)",
          "\\.png$",
          "^/[a-z]+$",
          "pay",
          "^/v[0-9]+/",
          "/[A-Z]",
          "^/$",
          "b.c",
          "(a|b)+c?",
          "^/v1/?$",
          "x|y",
          "[^/]$",
          "^[^.]*$",
          "\\d",
          "^.{1,6}$",
          "e{2}|p",
          "^/(?!v1)");
  static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "FOO", "get");
  static final List<String> HEADERS = List.of("x-a", "x-b", "x-n", "x-forwarded-for");
  static final List<String> VALUES =
      List.of(
          "",
          "a",
          "b",
          "ab",
          "A",
          "a,b",
          "b, a",
          "5",
          "42",
          "-3",
          "x y",
          "a.b.c",
          "10.0.0.1",
          "q\"u,o\"te",
          "a;b",
          "one/two",
          "pay");
  static final List<String> ATOMS = List.of("a", "b", "ab", "A", "5", "42", "a.b.c", "pay", "one");
  static final List<String> NUMBERS =
      List.of("0", "1", "2", "5", "42", "100", "-3", "007", "5x", "x");
  static final List<String> COOKIES = List.of("sid", "lang", "s");
  static final List<String> PARAMETERS = List.of("a", "id", "q");
  static final List<String> SOURCES =
      List.of("10.0.0.1", "10.0.7.9", "192.168.1.20", "203.0.113.7", "127.0.0.1");
  static final List<String> NETWORKS =
      List.of(
          "10.0.0.0/8",
          "10.0.0.1",
          "192.168.0.0/16",
          "203.0.113.0/24",
          "10.0.7.0/28",
          "0.0.0.0/0",
          "2001:db8::/32");

  private Words() {}
}
