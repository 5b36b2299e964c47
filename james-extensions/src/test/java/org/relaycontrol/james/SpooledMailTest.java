package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.transport.matchers.SMTPIsAuthNetwork;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;

/**
 * Where recipients go in the mailet container when their policy is not enforced: where James's own rules send them.
 */
class SpooledMailTest {

    private static final String POLICY = "<relaycontrol>"
        + "<routing><domain name='relay.example' action='relay' nextHop='10.0.0.9'/>"
        + "<domain name='hosted.example' action='reject'/></routing>"
        + "<policy name='watched' listeners='*:25' enforce='false'/><policy name='rest' enforce='%s'/></relaycontrol>";

    @TempDir
    private Path folder;
    private final DomainList domainList = mock(DomainList.class);
    private RelayPolicies policies;
    private SpooledMail spooledMail;

    @BeforeEach
    void hostDomain() throws Exception {
        when(domainList.containsDomain(Domain.of("hosted.example"))).thenReturn(true);
        enforceRest(true);
        spooledMail = new SpooledMail(() -> policies, new HostedDomains(domainList));
    }

    private void enforceRest(boolean enforce) throws Exception {
        policies = PolicyLoader.load(Files.writeString(folder.resolve("relaycontrol.xml"), String.format(POLICY, enforce))).policies();
    }

    private static Mail mail() throws Exception {
        return FakeMail.builder().name("mail").sender("a@sender.example").recipient("x@relay.example").build();
    }

    private static Mail watched() throws Exception {
        Mail mail = mail();
        StockRules.leave(mail, "watched");
        return mail;
    }

    private Route route(Mail mail, String recipient) throws Exception {
        return spooledMail.route(mail, new MailAddress(recipient));
    }

    private boolean mayRelay(Mail mail) throws Exception {
        return spooledMail.mayRelay(mail, new MailAddress("x@relay.example"));
    }

    @Test
    void shouldNotRelayForStrangersWhateverThePolicySays() throws Exception {
        assertThat(mayRelay(watched())).isFalse();
        assertThat(route(watched(), "x@relay.example")).isNull();
        assertThat(mayRelay(mail())).as("decided by the policy that is enforced").isTrue();
    }

    @Test
    void shouldRelayWhatStockMatchersMatch() throws Exception {
        Mail authenticated = watched();
        authenticated.setAttribute(new Attribute(Mail.SMTP_AUTH_USER, AttributeValue.of("bob@hosted.example")));
        Mail authorized = watched();
        authorized.setAttribute(SMTPIsAuthNetwork.makeAttribute(true));
        Mail notAuthorized = watched();
        notAuthorized.setAttribute(SMTPIsAuthNetwork.makeAttribute(false));
        Mail byMailet = watched();
        byMailet.setAttribute(Mail.SENT_BY_MAILET_ATTRIBUTE);
        Mail byJmap = watched();
        byJmap.setAttribute(new Attribute(AttributeName.of("org.apache.james.jmap.send.MailMetaData.username"), AttributeValue.of("bob")));

        assertThat(mayRelay(authenticated)).isTrue();
        assertThat(mayRelay(authorized)).isTrue();
        assertThat(mayRelay(notAuthorized)).isFalse();
        assertThat(mayRelay(byMailet)).isTrue();
        assertThat(mayRelay(byJmap)).isTrue();
        assertThat(route(authenticated, "x@relay.example")).isEqualTo(Route.RELAY);
        assertThat(route(authenticated, "x@else.example")).isEqualTo(Route.RELAY);
    }

    @Test
    void shouldDeliverWhatJamesHosts() throws Exception {
        assertThat(route(watched(), "x@hosted.example")).isEqualTo(Route.INBOUND);
        assertThat(spooledMail.action(watched(), new MailAddress("x@hosted.example"))).isEqualTo(Action.INBOUND);
        assertThat(spooledMail.action(watched(), new MailAddress("x@relay.example"))).as("unlisted").isNull();
    }

    @Test
    void shouldLeaveMailWithoutStampToJamesWhereThePolicyWithoutListenersIsNotEnforced() throws Exception {
        enforceRest(false);
        Mail byMailet = mail();
        byMailet.setAttribute(Mail.SENT_BY_MAILET_ATTRIBUTE);

        assertThat(route(mail(), "x@relay.example")).isNull();
        assertThat(route(mail(), "x@hosted.example")).isEqualTo(Route.INBOUND);
        assertThat(route(byMailet, "x@hosted.example")).isEqualTo(Route.INBOUND);
        assertThat(route(byMailet, "x@relay.example")).isEqualTo(Route.RELAY);
    }

    @Test
    void shouldKeepWhatAnEnforcedPolicyHasPermitted() throws Exception {
        enforceRest(false);
        Mail mail = mail();
        Stamp.of(Map.of(new MailAddress("x@relay.example"), Stamp.Permission.of(Route.RELAY, "rest"))).applyTo(mail);

        assertThat(mayRelay(mail)).isTrue();
        assertThat(route(mail, "x@relay.example")).isEqualTo(Route.RELAY);
    }

    @Test
    void shouldStillFindTheNextHopsOfThePolicy() throws Exception {
        RoutingEntry entry = spooledMail.routing(watched(), new MailAddress("x@relay.example")).find(DomainName.of("relay.example"));

        assertThat(entry).isNotNull();
        assertThat(entry.treatment().nextHops()).hasToString("10.0.0.9");
    }
}
