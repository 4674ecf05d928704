package dev.checkrail.watch.traffic;

/**
 * How far what was counted can be trusted.
 *
 * @param records that came in all
 * @param late records of seconds that are not kept any more: not counted anywhere else
 * @param ahead records of more than two seconds in the future, by our clock: not counted anywhere
 *     else; the load balancer's clock is not ours
 * @param other records in {@link Route#OTHER}, because there was no room for more rows
 * @param clockSteps how often our clock went back by more than two seconds; what was counted for
 *     later seconds was given up then
 * @param lagMillis the shortest time, of late, from the end of a request to its record; -1 if none
 *     came
 */
public record Health(
    long records, long late, long ahead, long other, long clockSteps, long lagMillis) {}
