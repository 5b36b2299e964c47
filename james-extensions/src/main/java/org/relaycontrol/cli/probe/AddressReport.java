package org.relaycontrol.cli.probe;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found at one address of a server. Immutable.
 */
public final class AddressReport {

    private final String address;
    private final @Nullable String greeting;
    private final List<TestResult> results;
    private final Map<Situation, String> notTried;
    private final @Nullable String problem;

    AddressReport(String address, @Nullable String greeting, List<TestResult> results, EnumMap<Situation, String> notTried,
                  @Nullable String problem) {
        this.address = address;
        this.greeting = greeting == null ? null : Printable.of(greeting);
        this.results = List.copyOf(results);
        this.notTried = Collections.unmodifiableMap(new EnumMap<>(notTried));
        this.problem = problem;
    }

    /** The address and port. */
    public String address() {
        return address;
    }

    /** What the server said first, printable, or null if it said nothing. */
    public @Nullable String greeting() {
        return greeting;
    }

    /** The tests that were run, in their order, situation by situation. */
    public List<TestResult> results() {
        return results;
    }

    /** Why situations were left out, in their order. */
    public Map<Situation, String> notTried() {
        return notTried;
    }

    /** Why the battery is not complete, or null if it is. */
    public @Nullable String problem() {
        return problem;
    }
}
