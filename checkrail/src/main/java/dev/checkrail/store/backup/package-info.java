/**
 * All that the control plane keeps, in one file and out of it again.
 *
 * <p><b>In:</b> the data folder and the database of a control plane, running or not; or such a
 * file. <b>Out:</b> {@link dev.checkrail.store.backup.Backup}, a file that was whole before it had
 * its name; {@link dev.checkrail.store.backup.Restore}, an empty data folder filled with all of
 * one, or left empty. <b>Never:</b> writes what it did not hold against its digest, or outside of
 * the folder; keeps those who act waiting. <b>May depend on:</b> {@code store}, {@code change}.
 */
@NullMarked
package dev.checkrail.store.backup;

import org.jspecify.annotations.NullMarked;
