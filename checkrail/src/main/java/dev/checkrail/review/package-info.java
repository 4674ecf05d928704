/**
 * Who may let a change reach a load balancer, and on what grounds.
 *
 * <p><b>In:</b> a {@link dev.checkrail.change.Change} as it stands, who asks for what, what is so
 * at that moment ({@link dev.checkrail.review.Circumstances}) and what the policy demands ({@link
 * dev.checkrail.review.Rules}). <b>Out:</b> the change after the move, or a sentence why not
 * ({@link dev.checkrail.review.Review}); how much can go wrong ({@link
 * dev.checkrail.review.Weigh}); the seal over the evidence and whether one holds ({@link
 * dev.checkrail.review.Seal}). <b>Never:</b> looks at a clock, a file or a database, or does what
 * it allows. <b>May depend on:</b> {@code change}.
 */
@NullMarked
package dev.checkrail.review;

import org.jspecify.annotations.NullMarked;
