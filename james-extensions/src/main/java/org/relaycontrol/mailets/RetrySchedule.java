package org.relaycontrol.mailets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import org.apache.james.util.DurationParser;

/**
 * How long to wait before each further attempt, and how many there are. Immutable.
 */
final class RetrySchedule {

    /** Postfix's: 5 minutes, doubling up to a little over an hour, for five days (RFC 5321 section 4.5.4.1 asks for four to five). */
    static final String DEFAULT_DELAYS = "5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds";

    private final List<Duration> delays;

    private RetrySchedule(List<Duration> delays) {
        this.delays = List.copyOf(delays);
    }

    /**
     * Reads stock's parameters: {@code delayTime}, a comma separated list of {@code [attempts *] delay [unit]}, and {@code maxRetries}.
     * As in stock, further retries wait as long as the last one of the list, and {@code maxRetries} never cuts a list that is given.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    static RetrySchedule parse(Optional<String> delayTime, Optional<String> maxRetries) {
        List<Duration> delays = new ArrayList<>();
        for (String entry : delayTime.orElse(DEFAULT_DELAYS).split(",", -1)) {
            delays.addAll(parseEntry(entry.strip()));
        }
        int retries = maxRetries.map(RetrySchedule::parseRetries).orElse(delays.size());
        if (delays.isEmpty() && retries > 0) {
            throw new IllegalArgumentException("delayTime has no delay for " + retries + " retries; write one like 5 minutes");
        }
        while (delays.size() < retries) {
            delays.add(delays.get(delays.size() - 1));
        }
        return new RetrySchedule(delayTime.isPresent() ? delays : delays.subList(0, retries));
    }

    private static int parseRetries(String text) {
        try {
            int retries = Integer.parseInt(text.strip());
            if (retries >= 0) {
                return retries;
            }
        } catch (NumberFormatException e) {
            // Reported like a negative number.
        }
        throw new IllegalArgumentException("maxRetries is '" + text + "'; write a number of retries like 100");
    }

    private static List<Duration> parseEntry(String entry) {
        int star = entry.indexOf('*');
        try {
            int attempts = star < 0 ? 1 : Integer.parseInt(entry.substring(0, star).strip());
            Duration delay = DurationParser.parse(entry.substring(star + 1).strip());
            if (attempts >= 0 && !delay.isNegative()) {
                return Collections.nCopies(attempts, delay);
            }
        } catch (NumberFormatException e) {
            // Reported like a negative number.
        }
        throw new IllegalArgumentException("delayTime has '" + entry + "'; write a delay with its unit like 10 minutes or 3 * 1 hour");
    }

    /** How many attempts follow the first one. */
    int retries() {
        return delays.size();
    }

    /** How long to wait after an attempt: 0 is the first one. After the last one: as long as after the one before. */
    Duration delayAfter(int attempt) {
        return delays.isEmpty() ? Duration.ofHours(1) : delays.get(Math.min(attempt, delays.size() - 1));
    }
}
