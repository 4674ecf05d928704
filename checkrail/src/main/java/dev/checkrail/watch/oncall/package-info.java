/**
 * Decides whom to tell of what, how often, and who is next if nobody answers.
 *
 * <p><b>In:</b> a {@link dev.checkrail.watch.oncall.Plan}, whom people want to be told; notices and
 * alerts of {@code watch.detect}, published causes of {@code watch.diagnose}, acknowledgements, the
 * time. <b>Out:</b> {@link dev.checkrail.watch.oncall.Delivery}s, what is to be sent to which
 * notifier, and what is to stand in an incident's timeline. <b>Never:</b> sends anything, asks a
 * clock, opens a file, draws a random number; decides what is wrong. The same inputs give the same
 * deliveries with the same ids. <b>May depend on:</b> {@code source}, {@code policy} (to read
 * YAML), {@code watch.detect}, {@code watch.diagnose}, {@code watch.incident}.
 */
@NullMarked
package dev.checkrail.watch.oncall;

import org.jspecify.annotations.NullMarked;
