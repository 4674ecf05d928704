/**
 * Options of commands that one process names and another one obeys. Comes in: what the command line
 * says. Goes out: the same, in types. Never: what they mean, or whether they fit together. May
 * depend on: nothing of the product.
 */
@NullMarked
package dev.checkrail.settings;

import org.jspecify.annotations.NullMarked;
