/**
 * What the parts of the live half agree on about a change, before any of them acts.
 *
 * <p><b>In:</b> the files of a configuration as {@link dev.checkrail.source.Files} saw them, and
 * what people and programs did. <b>Out:</b> {@link dev.checkrail.change.ConfigurationSet}, the
 * files of one configuration with the digest by which it is approved, kept, applied and found
 * again; {@link dev.checkrail.change.JournalEntry}, what is written down of each act; and the
 * interfaces {@link dev.checkrail.change.Journal} (where it is written) and {@link
 * dev.checkrail.change.Checks} (who judges a pair of configurations), which the wiring implements.
 * <b>Never:</b> holds a secret in a journal entry, or says that a change is good by itself. <b>May
 * depend on:</b> {@code source}, {@code report}.
 */
@NullMarked
package dev.checkrail.change;

import org.jspecify.annotations.NullMarked;
