package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.SenderEntry;

/** Policies at a glance. */
class PolicySummaryTest {

    private static final String SHARED = "<routing smartHost='hub.example'><domain name='a.example' action='relay'/>"
        + "<domain name='b.example' action='relay' match='exact'/><domain name='[192.0.2.1]' action='relay'/>"
        + "<senders><sender name='dept.example' via='isp'/><sender name='x@one.example' via='smartHost'/></senders></routing>"
        + "<nextHops><nextHop name='isp' hosts='isp.example'/></nextHops>";

    private static List<PolicySummary> summaries(String content) throws Exception {
        return PolicySummary.of(EnvelopeGrid.load("<relaycontrol>" + content + "</relaycontrol>"));
    }

    @Test
    void shouldCountSharedEntriesThatOwnOnesDoNotReplace() throws Exception {
        List<PolicySummary> summaries = summaries(SHARED + "<policy name='own' listeners='*:25,*:26'><routing>"
            + "<domain name='a.example' action='reject'/><domain name='c.example' action='relay'/>"
            + "<senders><sender name='dept.example' via='isp'/></senders></routing></policy>"
            + "<policy name='shared'/><policy name='rejecting' listeners='*:27'><routing><domain name='d.example' action='reject'/>"
            + "</routing></policy>");
        PolicySummary own = summaries.get(0);
        PolicySummary shared = summaries.get(1);
        PolicySummary rejecting = summaries.get(2);

        assertThat(own.entriesText(Action.RELAY)).isEqualTo("3: c.example, b.example (exact), [192.0.2.1]");
        assertThat(own.count(Action.RELAY)).isEqualTo(3);
        assertThat(own.entriesText(Action.REJECT)).isEqualTo("1: a.example");
        assertThat(own.entriesText(Action.ROUTE)).isEqualTo("none");
        assertThat(shared.entriesText(Action.RELAY)).isEqualTo("3: a.example, b.example (exact), [192.0.2.1]");
        assertThat(shared.count(Action.REJECT)).isZero();
        assertThat(rejecting.entriesText(Action.RELAY)).isEqualTo("3: a.example, b.example (exact), [192.0.2.1]");
        assertThat(rejecting.entriesText(Action.REJECT)).isEqualTo("1: d.example");
        assertThat(own.listeners()).isEqualTo("*:25 and *:26");
        assertThat(shared.listeners()).isEqualTo("every listener that no other policy names");
    }

    @Test
    void shouldShowTheFirstOfManyEntries() throws Exception {
        StringBuilder routing = new StringBuilder("<routing smartHost='hub.example'>");
        for (int i = 1; i <= Texts.SHOWN + 1; i++) {
            routing.append("<domain name='d").append(i).append(".example' action='relay'/>");
        }
        String last = "<domain name='d9.example' action='relay'/>";

        assertThat(summaries(routing + "</routing><policy/>").get(0).entriesText(Action.RELAY))
            .isEqualTo("9: d1.example, d2.example, d3.example, d4.example, d5.example, d6.example, d7.example, d8.example, …");
        assertThat(summaries(routing.toString().replace(last, "") + "</routing><policy/>").get(0).entriesText(Action.RELAY))
            .isEqualTo("8: d1.example, d2.example, d3.example, d4.example, d5.example, d6.example, d7.example, d8.example");
        assertThat(summaries(routing.toString().replace(last, last.replace("relay", "reject")) + "</routing><policy/>").get(0)
            .entriesText(Action.RELAY))
            .isEqualTo("8: d1.example, d2.example, d3.example, d4.example, d5.example, d6.example, d7.example, d8.example");
    }

    @Test
    void shouldTellWhereMailOfSendersGoes() throws Exception {
        PolicySummary own = summaries(SHARED + "<policy><routing><senders><sender name='dept.example' via='smartHost'/>"
            + "<sender name='y@one.example' via='isp'/></senders></routing></policy>").get(0);

        assertThat(own.sendersText()).isEqualTo("3: dept.example by the smart host, y@one.example by isp, x@one.example by the smart host");
        assertThat(own.senders()).extracting(SenderEntry::name).containsExactly("dept.example", "y@one.example", "x@one.example");
        assertThat(summaries("<policy/>").get(0).sendersText()).isEqualTo("none");
    }

    @Test
    void shouldShowTheFirstOfManySenders() throws Exception {
        StringBuilder senders = new StringBuilder();
        for (int i = 1; i <= Texts.SHOWN + 1; i++) {
            senders.append("<sender name='s").append(i).append(".example' via='smartHost'/>");
        }
        String file = "<routing smartHost='hub.example'><senders>%s</senders></routing><policy/>";

        assertThat(summaries(String.format(file, senders)).get(0).sendersText())
            .startsWith("9: s1.example by the smart host, s2.example").endsWith("s8.example by the smart host, …");
        assertThat(summaries(String.format(file, senders.toString().replace("<sender name='s9.example' via='smartHost'/>", ""))).get(0)
            .sendersText()).startsWith("8: ").endsWith("s8.example by the smart host");
    }

    @Test
    void shouldTellHowRecipientsAreKnown(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("one.txt"), "x@one.example\ny@one.example\n");
        Files.writeString(folder.resolve("two.txt"), "x@two.example\n");
        Path file = Files.writeString(folder.resolve("relaycontrol.xml"), "<relaycontrol><directories>"
            + "<ldapDirectory name='ad' urls='ldap://dc.example' base='dc=one'/></directories>"
            + "<routing><domain name='one.example' action='relay' recipients='one.txt'/>"
            + "<domain name='three.example' action='relay' verify='ldap' directory='ad'/></routing>"
            + "<policy name='a' listeners='*:25'><routing><domain name='two.example' action='relay' recipients='two.txt'/>"
            + "<domain name='four.example' action='relay' verify='callout'/></routing></policy><policy name='b'/></relaycontrol>");

        List<String> texts = PolicySummary.of(PolicyLoader.load(file).policies()).stream()
            .map(PolicySummary::recipientsText)
            .collect(Collectors.toList());

        assertThat(texts).containsExactly("3 listed, callout, ldap ad", "2 listed, ldap ad");
        assertThat(summaries("<policy/>").get(0).recipientsText()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<connections/>|every client",
        "<connections mode='only'/>|nobody",
        "<connections><network>192.0.2.0/24</network></connections>|every client but 192.0.2.0/24",
        "<connections><network>0.0.0.0/0</network><network>::/0</network></connections>|nobody",
        "<connections><network>0.0.0.0/0</network></connections>|every IPv6 client",
        "<connections><network>::/0</network></connections>|every IPv4 client",
        "<connections mode='only'><network>0.0.0.0/0</network><network>2001:db8::/32</network></connections>"
            + "|every IPv4 client; 2001:db8::/32",
        "<connections mode='only'><network>::/0</network><network>10.0.0.0/8</network></connections>|10.0.0.0/8; every IPv6 client",
        "<connections mode='only'><network>10.0.0.0/8</network></connections>|10.0.0.0/8",
        "<connections mode='only'><network>10.0.0.0/8</network><domain>a.example</domain></connections>"
            + "|10.0.0.0/8, and clients with a host name under a.example",
        "<connections mode='only'><domain>a.example</domain></connections>|clients with a host name under a.example",
        "<connections><domain>a.example</domain></connections>|every client, except with a host name under a.example",
        "<connections><network>0.0.0.0/0</network><network>::/0</network><domain>a.example</domain></connections>|nobody",
    })
    void shouldTellWhoMayConnect(String connections, String text) throws Exception {
        assertThat(summaries("<policy>" + connections + "</policy>").get(0).mayConnectText()).isEqualTo(text);
    }
}
