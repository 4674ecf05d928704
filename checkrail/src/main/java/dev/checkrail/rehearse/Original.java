package dev.checkrail.rehearse;

import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.ReadReport;
import dev.checkrail.source.Files;

/**
 * A configuration as it was read, with all that a copy of it needs.
 *
 * @param read what reading found
 * @param files the files that reading asked for; certificates named in certificate lists are looked
 *     up here, too
 * @param target what it was read for: environment, root, working directory
 */
public record Original(ReadReport read, Files files, HaproxyTarget target) {}
