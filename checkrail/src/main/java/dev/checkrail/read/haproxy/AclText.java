package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;

/** {@code acl NAME criterion} (manual 7.1); several of one name are OR-ed. */
public record AclText(String name, Span nameSpan, CriterionText criterion) {}
