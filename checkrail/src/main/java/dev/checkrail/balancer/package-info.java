/**
 * Owning a running load balancer: its files, its processes, what it holds in memory.
 *
 * <p><b>In:</b> a {@link dev.checkrail.balancer.Driver} of it, a folder for kept versions, the
 * journal and a clock. <b>Out:</b> versions that are kept, put in place, proven to run and gone
 * back to; what drifted from the approved one. <b>Never:</b> judges a configuration (that is what
 * {@link dev.checkrail.change.Checks} is for), serves HTTP, or lets an unapproved version live by
 * itself. <b>May depend on:</b> {@code change}, {@code read}, and what these use.
 *
 * <p>Where to begin, for whoever wires it:
 *
 * <pre>
 * Installation at = Adopt.find(Adopt.Known.socket(masterSocket)).installation();   // once, remembered
 * Doctor.Report lacks = Doctor.look(at, Doctor.Wanted.debian12());
 * Driver driver = new HaproxyDriver(at);                                           // one per thread
 * Versions versions = Versions.in(folder);                                         // one per balancer
 * Apply apply = new Apply(name, driver, versions, journal, clock);
 * apply.recover(Progress.NONE);                    // first of all, whenever the process starts
 * apply.adopt(actor, why);                         // what runs is the first approved version
 * String digest = versions.keep(driver.placed(candidate));
 * versions.approve(digest, now, actor, why);       // after Checks.gate
 * Applied applied = apply.apply(Apply.Order.of(digest, actor), progress);
 * apply.follow(applied, Duration.ofSeconds(35), truth -> …);
 * Drift.Report drift = Drift.find(driver, versions, Set.of());   // + Checks.diff(approved, onDisk)
 * DriftWatch watch = new DriftWatch(name, driver, versions, journal, clock, nanos);  // by itself
 * drifting = watch.look(drifting, acts, every).drifting();
 * new Rollback(name, driver, versions, journal, clock, Probe.direct(second)).back(order, progress);
 * ManualWay.to(at, versions, digest, masterPid);                 // the same, by hand
 * </pre>
 *
 * <p>{@link dev.checkrail.balancer.Truth} says what really serves; {@link
 * dev.checkrail.balancer.Preflight} finds what a reload would lose. The implementation for HAProxy
 * is {@code balancer.haproxy}.
 */
@NullMarked
package dev.checkrail.balancer;

import org.jspecify.annotations.NullMarked;
