package org.relaycontrol.james;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What DNS said: records, that there are none, or nothing for now. Immutable.
 *
 * @param <T> what a record is read as
 */
public final class DnsAnswer<T> {

    /** The kinds of answers. */
    public enum Status {
        /** There are records. */
        FOUND,
        /** The name exists and has no such records. */
        NO_DATA,
        /** The name does not exist (NXDOMAIN). */
        NO_SUCH_NAME,
        /** No usable answer for now: time-out, SERVFAIL, REFUSED, too many look-ups at once. Trying later may help. */
        FAILED
    }

    private final Status status;
    private final List<T> records;
    private final String problem;

    private DnsAnswer(Status status, List<T> records, String problem) {
        this.status = status;
        this.records = records;
        this.problem = problem;
    }

    static <T> DnsAnswer<T> found(List<T> records) {
        return new DnsAnswer<>(Status.FOUND, List.copyOf(records), "");
    }

    static <T> DnsAnswer<T> noData() {
        return new DnsAnswer<>(Status.NO_DATA, List.of(), "no such record");
    }

    static <T> DnsAnswer<T> noSuchName() {
        return new DnsAnswer<>(Status.NO_SUCH_NAME, List.of(), "no such name");
    }

    static <T> DnsAnswer<T> failed(String problem) {
        return new DnsAnswer<>(Status.FAILED, List.of(), problem);
    }

    <R> DnsAnswer<R> map(Function<T, R> reading) {
        return new DnsAnswer<>(status, records.stream().map(reading).collect(Collectors.toUnmodifiableList()), problem);
    }

    /** The kind of answer. */
    public Status status() {
        return status;
    }

    /** The records; empty unless the status is {@link Status#FOUND}. */
    public List<T> records() {
        return records;
    }

    /** Why there are no records, for a log line; empty if there are. */
    public String problem() {
        return problem;
    }

    @Override
    public String toString() {
        return status == Status.FOUND ? records.toString() : status + " (" + problem + ")";
    }
}
