package org.relaycontrol.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.cli.probe.AddressReport;
import org.relaycontrol.cli.probe.Outcome;
import org.relaycontrol.cli.probe.Situation;
import org.relaycontrol.cli.probe.TestResult;

/**
 * What {@code probe} prints: a table of tests and replies for each address, and what follows from it.
 */
final class ProbeReport {

    private static final int WIDEST = 48;

    private final String target;
    private final List<AddressReport> addresses;
    private final boolean putOffIsRefused;
    private final boolean brief;

    /**
     * What was found.
     *
     * @param putOffIsRefused whether a test that was put off counts as refused
     * @param brief whether tests that were refused are left out of the table
     */
    ProbeReport(String target, List<AddressReport> addresses, boolean putOffIsRefused, boolean brief) {
        this.target = target;
        this.addresses = addresses;
        this.putOffIsRefused = putOffIsRefused;
        this.brief = brief;
    }

    /** Closed is {@link Main#YES}, open {@link Main#NO}, and not known {@link Main#UNUSABLE}. */
    int status() {
        if (count(Outcome.RELAYS) > 0) {
            return Main.NO;
        }
        boolean complete = addresses.stream().allMatch(address -> address.problem() == null) && count(Outcome.NO_ANSWER) == 0
            && (putOffIsRefused || count(Outcome.PUT_OFF) == 0);
        return complete ? Main.YES : Main.UNUSABLE;
    }

    private String statusText() {
        switch (status()) {
            case Main.YES:
                return "closed";
            case Main.NO:
                return "open";
            default:
                return "not known";
        }
    }

    private long count(Outcome outcome) {
        return addresses.stream().flatMap(address -> address.results().stream()).filter(result -> result.outcome() == outcome).count();
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        addresses.forEach(address -> addLines(address, lines));
        long tests = addresses.stream().mapToLong(address -> address.results().size()).sum();
        String counts = Arrays.stream(Outcome.values())
            .filter(outcome -> count(outcome) > 0).map(outcome -> count(outcome) + " " + outcome).collect(Collectors.joining(", "));
        lines.add(statusText() + ": " + target + ", " + tests + " tests" + (counts.isEmpty() ? "" : ": " + counts));
        if (count(Outcome.LOCAL) > 0) {
            lines.add("Accepted as local: whether a catch-all or an alias sends such mail on, SMTP does not show; see --help.");
        }
        if (count(Outcome.PUT_OFF) > 0 && !putOffIsRefused) {
            lines.add("Put off is not refused: run it again later, or with --put-off-is-refused if the replies are final.");
        }
        return lines;
    }

    private void addLines(AddressReport address, List<String> lines) {
        lines.add(address.address() + ": " + (address.greeting() == null ? "no greeting" : address.greeting()));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("#", "result", "form", "MAIL FROM", "RCPT TO", "reply"));
        byTest(address).forEach((number, results) -> addRows(address, results, rows));
        if (rows.size() > 1) {
            lines.addAll(Table.lines(rows, WIDEST));
        }
        address.notTried().forEach((situation, why) -> lines.add("  not tried " + situation + ": " + why));
        if (address.problem() != null) {
            lines.add("  not complete: " + address.problem());
        }
        lines.add("");
    }

    private static Map<Integer, List<TestResult>> byTest(AddressReport address) {
        return address.results().stream()
            .collect(Collectors.groupingBy(result -> result.test().number(), LinkedHashMap::new, Collectors.toList()));
    }

    /** One row for all situations in which a test went alike. */
    private void addRows(AddressReport address, List<TestResult> results, List<List<String>> rows) {
        Map<String, List<TestResult>> alike = results.stream()
            .collect(Collectors.groupingBy(result -> result.outcome() + " " + result.reply(), LinkedHashMap::new, Collectors.toList()));
        long situations = address.results().stream().map(TestResult::situation).distinct().count();
        alike.values().stream().filter(group -> !brief || group.get(0).outcome() != Outcome.REFUSED).forEach(group -> {
            TestResult first = group.get(0);
            String when = group.size() == situations ? "" : group.stream().map(TestResult::situation).map(Situation::toString)
                .collect(Collectors.joining(", ", " (", ")"));
            rows.add(List.of(String.valueOf(first.test().number()), first.outcome().toString(), first.test().form(),
                first.test().printableSender(), first.test().printableRecipient(), first.reply() + when));
        });
    }

    Map<String, Object> toJson() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("target", target);
        object.put("result", statusText());
        object.put("would_relay", count(Outcome.RELAYS));
        object.put("accepted_as_local", count(Outcome.LOCAL));
        object.put("addresses", addresses.stream().map(ProbeReport::toJson).collect(Collectors.toList()));
        return object;
    }

    private static Map<String, @Nullable Object> toJson(AddressReport address) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("address", address.address());
        object.put("greeting", address.greeting());
        object.put("problem", address.problem());
        object.put("not_tried", address.notTried().entrySet().stream()
            .map(entry -> Map.of("situation", name(entry.getKey()), "why", entry.getValue())).collect(Collectors.toList()));
        object.put("tests", address.results().stream().map(ProbeReport::toJson).collect(Collectors.toList()));
        return object;
    }

    private static Map<String, Object> toJson(TestResult result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("test", result.test().number());
        object.put("form", result.test().form());
        object.put("known_from", result.test().knownFrom());
        object.put("situation", name(result.situation()));
        object.put("sender", result.test().sender());
        object.put("recipient", result.test().recipient());
        object.put("outcome", name(result.outcome()));
        object.put("reply", result.reply());
        return object;
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
