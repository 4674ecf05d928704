/**
 * What people want of their load balancer: {@code checkrail.yaml} as data.
 *
 * <p><b>In:</b> the bytes of the policy file, variables given on the command line, the ids of all
 * rules. <b>Out:</b> a {@link dev.checkrail.policy.Policy} and every problem of the file with its
 * place. <b>Never:</b> judges a configuration, knows which pools exist, asks for the date: today is
 * a parameter. Text is ISO 8859-1, one {@code char} per byte, like the model's. <b>May depend
 * on:</b> {@code model}, {@code source}.
 */
@NullMarked
package dev.checkrail.policy;

import org.jspecify.annotations.NullMarked;
