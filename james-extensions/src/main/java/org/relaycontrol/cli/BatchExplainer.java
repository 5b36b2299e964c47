package org.relaycontrol.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.format.EnvelopeReader;
import org.relaycontrol.format.Json;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.LocalDomains;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.Sender;

/**
 * Decides the envelopes of a CSV file, row by row: each row is written with the decision at its end. A row that is malformed, or whose
 * fields are no envelope, has the verdict {@code error} and the problem as reason; its other fields are empty.
 */
final class BatchExplainer {

    /** The columns a decision adds. */
    static final List<String> ADDED = List.of("verdict", "reason", "route", "next_hop", "policy", "rule");

    private static final String CLIENT = "client";
    private static final String LOCAL = "local";
    private static final String AUTH = "auth";
    private static final String CLIENT_HOST = "client_host";
    private static final String RECIPIENT = "recipient";
    private static final String SENDER = "sender";
    private static final String RECIPIENT_KNOWN = "recipient_known";
    private static final List<String> REQUIRED = List.of(CLIENT, AUTH, RECIPIENT);
    private static final List<String> USED = List.of(CLIENT, LOCAL, AUTH, CLIENT_HOST, RECIPIENT, SENDER, RECIPIENT_KNOWN);
    private static final int ABSENT = -1;

    private final RelayPolicies policies;
    private final EnvelopeReader envelopes;
    private final LocalDomains localDomains;
    private final boolean hosted;

    /** Decides by these policies; {@code hosted}: the local domains are all that the server hosts. */
    BatchExplainer(RelayPolicies policies, EnvelopeReader envelopes, LocalDomains localDomains, boolean hosted) {
        this.policies = policies;
        this.envelopes = envelopes;
        this.localDomains = localDomains;
        this.hosted = hosted;
    }

    /**
     * Writes CSV.
     *
     * @param name what the input is called in messages
     * @return the message that there were rows in error, or null
     * @throws UnusableInputException if the input has no header row, or one that lacks a required column
     */
    @Nullable String toCsv(InputStream in, String name, PrintStream out) throws IOException, UnusableInputException {
        CsvReader reader = new CsvReader(in);
        Columns columns = new Columns(reader, name);
        CsvWriter writer = new CsvWriter(out);
        boolean crLf = reader.endsInCrLf();
        reader.copy(columns.names.size(), writer);
        for (String added : ADDED) {
            writer.field(added);
        }
        writer.endRow(crLf);
        Errors errors = new Errors(name);
        while (reader.next()) {
            Outcome outcome = columns.decide();
            errors.count(outcome, reader.line());
            int present = Math.min(reader.fieldCount(), columns.names.size());
            reader.copy(present, writer);
            for (int i = Math.max(1, present); i < columns.names.size(); i++) {
                writer.field("");
            }
            for (String field : outcome.fields) {
                writer.field(field);
            }
            writer.endRow(crLf);
        }
        writer.flush();
        return errors.message();
    }

    /** Writes the same as one JSON object a line. */
    @Nullable String toJson(InputStream in, String name, PrintStream out) throws IOException, UnusableInputException {
        CsvReader reader = new CsvReader(in);
        Columns columns = new Columns(reader, name);
        Errors errors = new Errors(name);
        while (reader.next()) {
            Outcome outcome = columns.decide();
            errors.count(outcome, reader.line());
            Map<String, String> object = new LinkedHashMap<>();
            for (int i = 0; i < columns.names.size(); i++) {
                object.put(columns.names.get(i), i < reader.fieldCount() ? columns.textOrEmpty(i) : "");
            }
            for (int i = 0; i < ADDED.size(); i++) {
                object.put(ADDED.get(i), outcome.fields[i]);
            }
            out.print(Json.of(object));
            out.print('\n');
        }
        return errors.message();
    }

    /** The header row, and what it makes of the reader's present row. */
    private final class Columns {

        private final CsvReader reader;
        private final List<String> names = new ArrayList<>();
        private final int client;
        private final int local;
        private final int auth;
        private final int clientHost;
        private final int recipient;
        private final int sender;
        private final int recipientKnown;

        Columns(CsvReader reader, String file) throws IOException, UnusableInputException {
            this.reader = reader;
            if (!reader.next()) {
                throw new UnusableInputException(file + ": is empty; begin with a header row, like " + String.join(",", USED));
            }
            String problem = reader.problem();
            if (problem != null) {
                throw new UnusableInputException(file + ":" + reader.line() + ": the header row has " + problem);
            }
            for (int i = 0; i < reader.fieldCount(); i++) {
                names.add(name(i, file));
            }
            for (String required : REQUIRED) {
                if (!names.contains(required)) {
                    throw new UnusableInputException(file + ":" + reader.line() + ": the header row lacks the column " + required
                        + "; it has " + String.join(",", names));
                }
            }
            for (String used : USED) {
                if (names.indexOf(used) != names.lastIndexOf(used)) {
                    throw new UnusableInputException(file + ":" + reader.line() + ": the header row has the column " + used
                        + " twice; rename one");
                }
            }
            client = names.indexOf(CLIENT);
            local = names.indexOf(LOCAL);
            auth = names.indexOf(AUTH);
            clientHost = names.indexOf(CLIENT_HOST);
            recipient = names.indexOf(RECIPIENT);
            sender = names.indexOf(SENDER);
            recipientKnown = names.indexOf(RECIPIENT_KNOWN);
        }

        private String name(int column, String file) throws UnusableInputException {
            try {
                return reader.text(column);
            } catch (IllegalArgumentException e) {
                throw new UnusableInputException(file + ":" + reader.line() + ": " + e.getMessage());
            }
        }

        Outcome decide() {
            String problem = reader.problem();
            if (problem != null) {
                return new Outcome("the row has " + problem);
            }
            if (reader.fieldCount() != names.size()) {
                return new Outcome("the row has " + reader.fieldCount() + (reader.fieldCount() == 1 ? " field" : " fields")
                    + ", the header row has " + names.size());
            }
            try {
                Envelope envelope = envelopes.read(reader.text(client), text(local), text(auth), text(clientHost), reader.text(recipient));
                if (recipientKnown != ABSENT) {
                    envelope = envelope.withRecipientStatus(envelopes.recipientStatus(text(recipientKnown)));
                }
                return new Outcome(policies.decide(envelope, localDomains, hosted), envelope, envelopes.sender(text(sender)));
            } catch (IllegalArgumentException e) {
                return new Outcome(String.valueOf(e.getMessage()));
            }
        }

        private String text(int column) {
            return column == ABSENT || reader.isEmpty(column) ? "" : reader.text(column);
        }

        /** The text, or nothing where it is not UTF-8: then the row is in error, and JSON cannot say more. */
        String textOrEmpty(int column) {
            try {
                return reader.text(column);
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
    }

    /** The fields that are added to a row. */
    private static final class Outcome {

        private final boolean error;
        private final String[] fields;

        Outcome(String problem) {
            error = true;
            fields = new String[] {"error", problem, "", "", "", ""};
        }

        Outcome(Decision decision, Envelope envelope, @Nullable Sender from) {
            error = false;
            NextHops nextHops = decision.nextHops(envelope.recipient(), from);
            Rule rule = decision.rule(envelope);
            fields = new String[] {
                decision.verdict().toString(),
                decision.reason().toString(),
                decision.route() == null ? "" : decision.route().toString(),
                nextHops == null ? "" : nextHops.toString(),
                decision.policy() == null ? "" : decision.policy().name(),
                rule == null ? "" : rule.toString()};
        }
    }

    /** Counts the rows in error. */
    private static final class Errors {

        private final String file;
        private long rows;
        private long errors;
        private String first = "";

        Errors(String file) {
            this.file = file;
        }

        void count(Outcome outcome, long line) {
            rows++;
            if (outcome.error) {
                errors++;
                if (errors == 1) {
                    first = file + ":" + line + ": " + outcome.fields[1];
                }
            }
        }

        @Nullable String message() {
            if (errors == 0) {
                return null;
            }
            return first + "\n" + errors + " of " + rows + (rows == 1 ? " row" : " rows") + " could not be decided"
                + (errors == 1 ? "" : "; this is the first");
        }
    }
}
