/**
 * The agreement harness: generated configurations and requests through the real HAProxy, through
 * explain and through the diagram that prove builds. The binary is the judge; a disagreement is a
 * defect of the model.
 */
@org.jspecify.annotations.NullMarked
package dev.checkrail.agreement;
