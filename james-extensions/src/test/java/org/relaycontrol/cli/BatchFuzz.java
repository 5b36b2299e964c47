package org.relaycontrol.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.FuzzPolicy;
import org.relaycontrol.format.EnvelopeReader;
import org.relaycontrol.policy.DomainName;

/**
 * Fuzz target: any octets as CSV of envelopes. It is unusable, and the message says where; or what comes out is CSV, every row with the
 * columns that came in and six more, and what was CSV by RFC 4180, read by a parser of the target's own, comes out as it went in.
 */
public final class BatchFuzz {

    private static final List<String> VERDICTS = List.of("permit", "deny", "defer", "error");

    private BatchFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String message;
        try (PrintStream print = new PrintStream(out, false, StandardCharsets.UTF_8)) {
            message = new BatchExplainer(FuzzPolicy.POLICIES, new EnvelopeReader(DomainName.of("ratest.com")), domain -> false, false)
                .toCsv(new ByteArrayInputStream(data), "in.csv", print);
        } catch (UnusableInputException e) {
            assertThat(e.getMessage()).startsWith("in.csv:");
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<List<String>> written = parse(out.toString(StandardCharsets.ISO_8859_1));
        assertThat(written).isNotNull();
        int columns = written.get(0).size();
        List<List<String>> rows = written.subList(1, written.size());
        assertThat(rows).allSatisfy(row -> {
            assertThat(row).hasSize(columns);
            assertThat(VERDICTS).contains(row.get(columns - BatchExplainer.ADDED.size()));
        });
        boolean error = rows.stream().anyMatch(row -> row.get(columns - BatchExplainer.ADDED.size()).equals("error"));
        assertThat(message != null).isEqualTo(error);
        // A byte order mark is left out.
        List<List<String>> read = parse(new String(data, StandardCharsets.ISO_8859_1).replaceFirst("^\u00ef\u00bb\u00bf", ""));
        if (read != null && read.stream().allMatch(row -> row.size() == read.get(0).size()) && read.size() == written.size()) {
            for (int i = 0; i < read.size(); i++) {
                assertThat(written.get(i).subList(0, columns - BatchExplainer.ADDED.size())).isEqualTo(read.get(i));
            }
        }
    }

    /** The rows of a CSV by RFC 4180, lines that end in LF alone included; null if it is none. */
    private static @Nullable List<List<String>> parse(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            StringBuilder field = new StringBuilder();
            if (text.charAt(at) == '"') {
                at++;
                while (at < text.length() && (text.charAt(at) != '"' || text.startsWith("\"\"", at))) {
                    at += text.charAt(at) == '"' ? 1 : 0;
                    field.append(text.charAt(at++));
                }
                if (at++ >= text.length()) {
                    return null;
                }
            } else {
                while (at < text.length() && ",\n".indexOf(text.charAt(at)) < 0 && !text.startsWith("\r\n", at)) {
                    if (text.charAt(at) == '"' || text.charAt(at) == '\r') {
                        return null;
                    }
                    field.append(text.charAt(at++));
                }
            }
            row.add(field.toString());
            if (at < text.length() && text.charAt(at) == ',') {
                at++;
                if (at < text.length()) {
                    continue;
                }
                row.add("");
            }
            if (text.startsWith("\r\n", at)) {
                at++;
            }
            if (at < text.length() && text.charAt(at++) != '\n') {
                return null;
            }
            rows.add(row);
            row = new ArrayList<>();
        }
        return rows;
    }
}
