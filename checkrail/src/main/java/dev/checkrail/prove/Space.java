package dev.checkrail.prove;

/**
 * What all questions of one proof share.
 *
 * @param originalTarget the target as the client sent it
 */
record Space(Universe universe, Tester tester, Witnesses witnesses, Term originalTarget) {}
