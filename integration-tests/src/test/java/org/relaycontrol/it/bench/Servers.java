package org.relaycontrol.it.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.relaycontrol.it.harness.ConfFolder;
import org.relaycontrol.it.harness.Postfix;
import org.relaycontrol.it.harness.Readme;
import org.relaycontrol.it.harness.RelayServer;

/**
 * The servers that are compared, each relaying to a port of 127.0.0.1. Clients in 127.0.0.0/23 may relay everywhere.
 *
 * <p>James has the values of its own sample configuration, the pack included: only what the README's chapter "Install" says is changed.
 */
final class Servers {
    /** The address of a client that may relay. */
    static final String PERMITTED = "127.0.1.7";
    /** The address of a stranger. */
    static final String STRANGER = "127.0.2.7";

    private static final String NETWORK = "127.0.0.0/23";
    /** As stock James's own Docker image runs it: nothing set but the heap. */
    private static final String[] JVM = {"-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-Xmx1g"};

    private Servers() {
    }

    /** James without the pack. */
    static RelayServer.Builder stock(String run, int sink) {
        return james(run).policy("")
            .conf(conf -> conf.replace("mailetcontainer.xml", "<gatewayPort>0<", "<gatewayPort>" + sink + "<"));
    }

    /**
     * The same James with the pack.
     *
     * @param domains how many domains are relayed for everybody
     */
    static RelayServer.Builder pack(String run, int sink, int domains) {
        return james(run)
            .conf(conf -> {
                conf.replace("smtpserver.xml", "<authorizedAddresses>" + NETWORK + "</authorizedAddresses>", "");
                replaceSection(conf, "smtpserver.xml", "<handlerchain>", "</handlerchain>",
                    "<handlerchain coreHandlersPackage='org.relaycontrol.smtp.RelayControlHandlers'/>");
                replaceSection(conf, "mailetcontainer.xml", "<!-- route -->", "<!-- end of route -->",
                    "<mailet match='All' class='org.relaycontrol.mailets.RelayControl'/>");
                replaceSection(conf, "mailetcontainer.xml", "<!-- delivery -->", "<!-- end of delivery -->",
                    "<mailet match='All' class='org.relaycontrol.mailets.RouteDelivery'><bounceProcessor>bounces</bounceProcessor>"
                        + "</mailet>");
                conf.addLogging("<logger name='org.relaycontrol' level='INFO'/>"
                    + "<logger name='org.relaycontrol.james.FilePolicySource'><appender-ref ref='START'/></logger>");
                conf.replace("webadmin.properties", "enabled=true",
                    "enabled=true\nextensions.routes=org.relaycontrol.webadmin.RelayControlRoutes");
                Lists.writeDomains(conf.path("domains.txt"), domains, "");
            })
            .policy(policy(sink));
    }

    /** The same with a line for each refusal, not just for the first hundred of a client in a minute, in a file as README has it. */
    static RelayServer.Builder packLogging(String run, int sink, int domains) {
        return pack(run, sink, domains).conf(conf -> conf.addLogging(Readme.xml("<appender name=\"DECISIONS\"")));
    }

    /** The same in James's own log, which is the console and a file. */
    static RelayServer.Builder packLoggingToJames(String run, int sink, int domains) {
        return pack(run, sink, domains)
            .conf(conf -> conf.addLogging("<logger name='org.relaycontrol.smtp.DecisionLog' level='TRACE'/>"));
    }

    /** The sample for many messages, for clients in the same network. */
    static RelayServer.Builder tuned(String run, int sink) {
        return RelayServer.sample("high-volume-relay", run).options(JVM).nextHop("smtp.isp.example", "127.0.0.1:" + sink)
            .conf(conf -> conf.replace("relaycontrol.xml", "192.168.10.0/24", NETWORK));
    }

    /** The policy of {@link #pack}. */
    static String policy(int sink) {
        return "<relaycontrol><policy name='bench'><routing smartHost='127.0.0.1:" + sink + "'>"
            + "<domains file='domains.txt' action='relay' via='smartHost'/></routing>"
            + "<restrictions><clients><network>" + NETWORK + "</network></clients></restrictions></policy></relaycontrol>";
    }

    private static RelayServer.Builder james(String run) {
        return RelayServer.sample("mx-gateway", run).options(JVM).consoleToFile().conf(conf -> {
            for (String file : new String[] {"smtpserver.xml", "mailetcontainer.xml", "logback.xml"}) {
                conf.write(file, resource("/bench/" + file));
            }
            conf.write("webadmin.properties", "enabled=true\nport=8000\nhost=127.0.0.1\n").write("healthcheck.properties", "");
        });
    }

    /** Postfix that relays for a million domains, which it looks up in an LMDB table. */
    static Postfix postfix(int sink, int domains) {
        Postfix.Builder builder = Postfix.relayingTo(sink, "postfix.test");
        return builder
            .set("mynetworks", NETWORK)
            .setTable("relay_domains", Lists.writeDomains(builder.file("relay-domains"), domains, " x"))
            .set("relay_recipient_maps", "")
            .set("relay_transport", "smtp")
            .set("smtpd_relay_restrictions", "permit_mynetworks, reject_unauth_destination")
            .set("in_flow_delay", "0")
            .set("smtpd_peername_lookup", "no")
            .set("smtpd_error_sleep_time", "0")
            .set("smtpd_soft_error_limit", "1000000")
            .set("smtpd_hard_error_limit", "1000000")
            .set("smtpd_client_connection_count_limit", "0")
            .set("smtpd_junk_command_limit", "1000000")
            .start();
    }

    private static void replaceSection(ConfFolder conf, String file, String from, String to, String replacement) {
        String text = conf.read(file);
        int start = text.indexOf(from);
        int end = text.indexOf(to, start);
        if (start < 0 || end < 0) {
            throw new IllegalStateException(file + " has no " + from + " and " + to);
        }
        conf.write(file, text.substring(0, start) + replacement + text.substring(end + to.length()));
    }

    private static String resource(String name) {
        try (InputStream in = Servers.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
