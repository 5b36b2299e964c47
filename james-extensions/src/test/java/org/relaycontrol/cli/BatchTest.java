package org.relaycontrol.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code explain --batch}: columns, rows that cannot be decided, and the test vectors of the decision table.
 */
class BatchTest {

    private static final Path VECTORS = Path.of("src/test/resources/vectors");
    private static final String HEADER = "client,local,auth,client_host,recipient";
    private static final String ADDED = ",verdict,reason,route,next_hop,policy,rule";

    @TempDir
    private Path folder;

    private String policy() throws Exception {
        Path file = folder.resolve("relay,control.xml");
        Files.writeString(file, String.join("\n",
            "<relaycontrol>",
            "<policy name='mx'><routing smartHost='smart.example:587'>",
            "<domain name='ratest.com' action='inbound'/>",
            "<domain name='robichaux.net' action='relay' nextHop='10.0.0.9:2525, [2001:db8::25]:25'/>",
            "</routing><restrictions><authenticated/></restrictions></policy>",
            "</relaycontrol>"));
        return file.toString();
    }

    private CommandLineRun explain(String csv, String... more) throws Exception {
        return explain(csv.getBytes(StandardCharsets.UTF_8), more);
    }

    private CommandLineRun explain(byte[] csv, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("explain", policy(), "--batch", "-"));
        arguments.addAll(List.of(more));
        return CommandLineRun.withInput(csv, arguments.toArray(new String[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"restrictions", "routing-list", "virtual-servers"})
    void shouldDecideTheVectors(String name) throws Exception {
        Path vectors = VECTORS.resolve(name);
        CommandLineRun run = CommandLineRun.of("explain", vectors.resolve("relaycontrol.xml").toString(), "--batch",
            vectors.resolve("envelopes.csv").toString(), "--local-domain", "local.example");
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        List<String> expected = Files.readAllLines(vectors.resolve("expected.csv"));
        List<String> actual = run.out().lines().collect(Collectors.toList());
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            // Whatever follows is policy and rule.
            assertThat(actual.get(i)).startsWith(expected.get(i) + ",");
            assertThat(actual.get(i).substring(expected.get(i).length() + 1)).matches("[\\w]*,[\\w.]*(:\\d+)?");
        }
    }

    @Test
    void shouldAddColumns() throws Exception {
        CommandLineRun run = explain(HEADER + "\n"
            + "192.0.2.1,192.0.2.25:25,,-,user@sub.ratest.com\n"
            + "192.0.2.1,192.0.2.25:25,,-,user@robichaux.net\n"
            + "192.0.2.1,192.0.2.25:25,alice@ratest.com,-,user@else.example\n"
            + "192.0.2.1,192.0.2.25:25,,-,user@else.example\n");
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo(HEADER + ADDED + "\n"
            + "192.0.2.1,192.0.2.25:25,,-,user@sub.ratest.com,permit,inbound,inbound,,mx,\"relay,control.xml:3\"\n"
            + "192.0.2.1,192.0.2.25:25,,-,user@robichaux.net,permit,relay-domain,relay,10.0.0.9:2525 [2001:db8::25]:25,mx,"
            + "\"relay,control.xml:4\"\n"
            + "192.0.2.1,192.0.2.25:25,alice@ratest.com,-,user@else.example,permit,authenticated,relay,smart.example:587,mx,"
            + "\"relay,control.xml:5\"\n"
            + "192.0.2.1,192.0.2.25:25,,-,user@else.example,deny,not-permitted,,,mx,\"relay,control.xml:5\"\n");
    }

    @Test
    void shouldFindColumnsByNameAndCopyAllOfThem() throws Exception {
        CommandLineRun run = explain("\ufeffid,recipient,\"no, te\",sender,auth,client\r\n"
            + "1,\"\"\"a b\"\"@ratest.com\",\"multi\nline \"\"x\"\"\",<>,,192.0.2.1\r\n");
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo("id,recipient,\"no, te\",sender,auth,client" + ADDED + "\r\n"
            + "1,\"\"\"a b\"\"@ratest.com\",\"multi\nline \"\"x\"\"\",<>,,192.0.2.1,permit,inbound,inbound,,mx,"
            + "\"relay,control.xml:3\"\r\n");
    }

    @Test
    void shouldSendByTheSenderOfTheRow() throws Exception {
        Path file = Files.writeString(folder.resolve("senders.xml"), String.join("\n", "<relaycontrol>",
            "<nextHops><nextHop name='bulk' hosts='bulk.example'/></nextHops><routing smartHost='smart.example'>",
            "<senders><sender name='dept.example' via='bulk'/></senders></routing>",
            "<policy><restrictions><authenticated/></restrictions></policy></relaycontrol>"));
        String csv = "client,auth,recipient,sender\n"
            + "192.0.2.1,u,user@else.example,any@dept.example\n"
            + "192.0.2.1,u,user@else.example,any@other.example\n"
            + "192.0.2.1,u,user@else.example,<>\n"
            + "192.0.2.1,u,user@else.example,\n"
            + "192.0.2.1,u,user@else.example,any\n"
            + "192.0.2.1,,user@else.example,any@dept.example\n"
            + "192.0.2.1,u,user@else.example,any@dept..example\n";

        CommandLineRun run = CommandLineRun.withInput(csv.getBytes(StandardCharsets.UTF_8), "explain", file.toString(), "--batch", "-",
            "--local-domain", "dept.example");

        assertThat(run.out().lines().skip(1).map(row -> row.split(",", -1)).map(row -> row[4] + " " + row[7]))
            .containsExactly("permit bulk.example", "permit smart.example", "permit smart.example", "permit smart.example",
                "permit bulk.example", "deny ", "error ");
        assertThat(run.err()).startsWith("standard input:8: 'dept..example' has an empty label; write ");
    }

    @ParameterizedTest
    @CsvSource({"client", "auth", "recipient"})
    void shouldNameTheColumnThatIsMissing(String column) throws Exception {
        CommandLineRun run = explain(HEADER.replace(column, "other") + "\n");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("standard input:1: the header row lacks the column " + column + "; it has ");
    }

    @Test
    void shouldRefuseAColumnThatIsThereTwice() throws Exception {
        CommandLineRun run = explain(HEADER + ",auth\n");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("standard input:1: the header row has the column auth twice; rename one\n");
    }

    /** Lists tell by themselves; what is asked is given, or left open. */
    @Test
    void shouldDecideByWhatIsKnownOfTheRecipient() throws Exception {
        Files.writeString(folder.resolve("known.txt"), "alice\n@all.example\n");
        Path file = folder.resolve("verified.xml");
        Files.writeString(file, String.join("\n",
            "<relaycontrol><routing>",
            "<domain name='list.example' action='relay' recipients='known.txt' recipientDelimiter='+'/>",
            "<domain name='all.example' action='relay' recipients='known.txt' recipientDelimiter='+'/>",
            "<domain name='ask.example' action='relay' verify='callout'/>",
            "<domain name='defer.example' action='relay' verify='callout' verifyOnFailure='defer'/>",
            "<domain name='route.example' action='route' verify='callout'/>",
            "</routing><policy/></relaycontrol>"));
        CommandLineRun run = CommandLineRun.withInput(("client,auth,client_host,recipient,recipient_known\n"
            + "192.0.2.1,,-,Alice+x@list.example,no\n"
            + "192.0.2.1,,-,bob@list.example,yes\n"
            + "192.0.2.1,,-,bob@all.example,\n"
            + "192.0.2.1,,-,bob@ask.example,\n"
            + "192.0.2.1,,-,bob@ask.example,yes\n"
            + "192.0.2.1,,-,bob@ask.example,no\n"
            + "192.0.2.1,,-,bob@ask.example,unknown\n"
            + "192.0.2.1,,-,bob@defer.example,unknown\n"
            + "192.0.2.1,,-,bob@route.example,no\n"
            + "192.0.2.1,,-,bob@ask.example,maybe\n").getBytes(StandardCharsets.UTF_8), "explain", file.toString(), "--batch", "-");
        assertThat(run.out().lines().skip(1).map(line -> String.join(",", List.of(line.split(",")).subList(5, 7)))).containsExactly(
            "permit,relay-domain", "deny,recipient-unknown", "permit,relay-domain", "permit,relay-domain", "permit,relay-domain",
            "deny,recipient-unknown", "permit,relay-domain", "defer,recipient-unverified", "deny,not-permitted",
            "error,\"whether the recipient is known is 'maybe'; write yes");
        assertThat(run.status()).isEqualTo(2);
    }

    @Test
    void shouldRefuseInputWithoutHeader() throws Exception {
        assertThat(explain("").err()).isEqualTo("standard input: is empty; begin with a header row, like " + HEADER
            + ",sender,recipient_known\n");
        assertThat(explain("\"client\n").err()).isEqualTo("standard input:1: the header row has a quote that is never closed\n");
        assertThat(explain("").status()).isEqualTo(2);
        assertThat(explain("\"client\n").status()).isEqualTo(2);
    }

    @Test
    void shouldAcceptInputWithoutRows() throws Exception {
        CommandLineRun run = explain(HEADER);
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo(HEADER + ADDED + "\n");
    }

    @Test
    void shouldGoOnAfterARowThatCannotBeDecided() throws Exception {
        CommandLineRun run = explain(HEADER + ",id\n"
            + "300.1.1.1,,,,user@ratest.com,1\n"
            + "192.0.2.1,192.0.2.25,,,user@ratest.com,2\n"
            + "192.0.2.1,192.0.2.25:65536,,,user@ratest.com,3\n"
            + "192.0.2.1,2001:db8::25:25,,,user@ratest.com,4\n"
            + "192.0.2.1,,,a..b,user@ratest.com,5\n"
            + "192.0.2.1,,,,,6\n"
            + "192.0.2.1,,,,user@a..b,7\n"
            + ",,,,user@ratest.com,8\n"
            + "192.0.2.1,,,\n"
            + "192.0.2.1,,,,user@ratest.com,10,11\n"
            + "192.0.2.1,\"x\"y,,user@ratest.com,12\r\n"
            + "192.0.2.1,,,,user@ratest.com,13\n");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out().lines().skip(1)).containsExactly(
            "300.1.1.1,,,,user@ratest.com,1,error,'300.1.1.1' has the octet 300; write octets from 0 to 255,,,,",
            "192.0.2.1,192.0.2.25,,,user@ratest.com,2,error,'192.0.2.25' is not an address and port; write one like 192.0.2.25:25 or "
                + "[2001:db8::25]:25,,,,",
            "192.0.2.1,192.0.2.25:65536,,,user@ratest.com,3,error,'192.0.2.25:65536' is not an address and port; write one like "
                + "192.0.2.25:25 or [2001:db8::25]:25,,,,",
            "192.0.2.1,2001:db8::25:25,,,user@ratest.com,4,error,'2001:db8::25:25' is not an address and port; write one like "
                + "192.0.2.25:25 or [2001:db8::25]:25,,,,",
            "192.0.2.1,,,a..b,user@ratest.com,5,error,'a..b' has an empty label; write a name like example.com,,,,",
            "192.0.2.1,,,,,6,error,the recipient is empty; write an address like user@example.com,,,,",
            "192.0.2.1,,,,user@a..b,7,error,'a..b' has an empty label; write a name like example.com,,,,",
            ",,,,user@ratest.com,8,error,the client is empty; write its IP address,,,,",
            "192.0.2.1,,,,,,error,\"the row has 4 fields, the header row has 6\",,,,",
            "192.0.2.1,,,,user@ratest.com,10,error,\"the row has 7 fields, the header row has 6\",,,,",
            "\"192.0.2.1,\"\"x\"\"y,,user@ratest.com,12\",,,,,,error,the row has text after the closing quote of a field,,,,",
            "192.0.2.1,,,,user@ratest.com,13,permit,inbound,inbound,,mx,\"relay,control.xml:3\"");
        assertThat(run.err()).isEqualTo("standard input:2: '300.1.1.1' has the octet 300; write octets from 0 to 255\n"
            + "11 of 12 rows could not be decided; this is the first\n");
    }

    @Test
    void shouldTellARowThatIsNotUtf8() throws Exception {
        byte[] csv = (HEADER + "\n192.0.2.1,,\u00e4,,user@ratest.com\n").getBytes(StandardCharsets.ISO_8859_1);
        CommandLineRun run = explain(csv);
        assertThat(run.status()).isEqualTo(2);
        assertThat(new String(run.outBytes(), StandardCharsets.ISO_8859_1).lines().skip(1))
            .containsExactly("192.0.2.1,,\u00e4,,user@ratest.com,error,the field is not UTF-8; save the file as UTF-8,,,,");
    }

    @ParameterizedTest
    @CsvSource({"ratest.com, '\"relay,control.xml:3\"'", "else.example, DomainList", "'', '\"relay,control.xml:5\"'"})
    void shouldPutRecipientsWithoutDomainAtTheDefaultDomain(String firstLocalDomain, String rule) throws Exception {
        String csv = "client,auth,recipient\n192.0.2.1,,postmaster\n";
        CommandLineRun run = firstLocalDomain.isEmpty() ? explain(csv)
            : explain(csv, "--local-domain", firstLocalDomain, "--local-domain", "second.example");
        assertThat(run.out().strip()).endsWith("," + rule);
    }

    @Test
    void shouldRefuseWhatIsNotHostedIfToldSo() throws Exception {
        CommandLineRun run = explain("client,auth,recipient\n192.0.2.1,,a@ratest.com\n192.0.2.1,,a@sub.ratest.com\n", "--hosted",
            "--local-domain", "ratest.com");
        assertThat(run.status()).isZero();
        assertThat(run.out().lines().skip(1)).containsExactly(
            "192.0.2.1,,a@ratest.com,permit,inbound,inbound,,mx,\"relay,control.xml:3\"",
            "192.0.2.1,,a@sub.ratest.com,deny,inbound-not-hosted,,,mx,\"relay,control.xml:3\"");
    }

    @Test
    void shouldWriteAJsonObjectALine() throws Exception {
        CommandLineRun run = explain("id,client,auth,recipient\n\"a \"\"b\"\" \u00e4\",192.0.2.1,,a@ratest.com\nx\n", "--json");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out().lines()).containsExactly(
            "{\"id\":\"a \\\"b\\\" \\u00e4\",\"client\":\"192.0.2.1\",\"auth\":\"\",\"recipient\":\"a@ratest.com\",\"verdict\":\"permit\","
                + "\"reason\":\"inbound\",\"route\":\"inbound\",\"next_hop\":\"\",\"policy\":\"mx\","
                + "\"rule\":\"relay,control.xml:3\"}",
            "{\"id\":\"x\",\"client\":\"\",\"auth\":\"\",\"recipient\":\"\",\"verdict\":\"error\",\"reason\":\"the row has 1 field, "
                + "the header row has 4\",\"route\":\"\",\"next_hop\":\"\",\"policy\":\"\",\"rule\":\"\"}");
    }

    @Test
    void shouldCopyManyRows() throws Exception {
        String rows = Stream.generate(() -> "192.0.2.1,,a@ratest.com\n").limit(20_000).collect(Collectors.joining());
        CommandLineRun run = explain("client,auth,recipient\n" + rows);
        assertThat(run.status()).isZero();
        assertThat(run.out().lines().skip(1)).hasSize(20_000).containsOnly(
            "192.0.2.1,,a@ratest.com,permit,inbound,inbound,,mx,\"relay,control.xml:3\"");
    }
}
