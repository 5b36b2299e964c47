package org.relaycontrol.it.harness;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns a copy of a sample, which carries real addresses and ports, into one that runs on loopback, by this mapping and no other.
 *
 * <table>
 * <caption>What is changed</caption>
 * <tr><th>file</th><th>in the sample</th><th>in the copy</th></tr>
 * <tr><td>smtpserver.xml, imapserver.xml, pop3server.xml</td><td>{@code <bind>0.0.0.0:25</bind>}</td>
 *     <td>the addresses to bind, a free or a given port for each port</td></tr>
 * <tr><td>relaycontrol.xml</td><td>ports in {@code listeners}</td><td>the same ports as in smtpserver.xml</td></tr>
 * <tr><td>relaycontrol.xml</td><td>each host in {@code nextHop}, {@code smartHost}, {@code hosts}</td>
 *     <td>the next hop given for it: nothing else may be named, and each one given must be</td></tr>
 * <tr><td>relaycontrol.xml</td><td>IPv4 addresses in {@code network}, {@code range} and {@code listeners}</td>
 *     <td>first octet 127, see {@link #onLoopback(String)}</td></tr>
 * <tr><td>dnsservice.xml</td><td>{@code autodiscover} true</td><td>false, and the DNS server 127.0.0.1; or, with a DNS server on another
 *     port, true, and that one in the system property {@code dns.server} (jvm.properties), which is all that is discovered then:
 *     dnsservice.xml takes no port</td></tr>
 * <tr><td>webadmin.properties, jmx.properties</td><td>ports 8000 and 9999</td><td>free ports</td></tr>
 * <tr><td>keystore</td><td>to be created</td><td>a self-signed one, if smtpserver.xml names it</td></tr>
 * </table>
 */
public final class LoopbackConfiguration {
    private static final int DNS_PORT = 53;
    private static final Pattern BIND = Pattern.compile("<bind>([^<]*)</bind>");
    private static final Pattern LISTENERS = Pattern.compile("listeners=\"([^\"]*)\"");
    private static final Pattern HOSTS = Pattern.compile("(?:nextHop|smartHost|hosts)=\"([^\"]*)\"");
    private static final Pattern NETWORK = Pattern.compile("<(?:network|range)>([0-9./-]*)</(?:network|range)>");
    private static final Pattern DOTTED_QUAD = Pattern.compile("(?<![0-9./])(\\d+)(\\.\\d+\\.\\d+\\.\\d+)");

    private final Map<Integer, Integer> ports;
    private final List<String> smtpListeners;
    private final int webadminPort;

    private LoopbackConfiguration(Map<Integer, Integer> ports, List<String> smtpListeners, int webadminPort) {
        this.ports = Map.copyOf(ports);
        this.smtpListeners = List.copyOf(smtpListeners);
        this.webadminPort = webadminPort;
    }

    /**
     * The loopback address that stands for an IPv4 address of a sample or a test vector: its first octet is replaced by 127
     * (192.168.1.66 is 127.168.1.66); loopback addresses stay what they are.
     */
    public static String onLoopback(String address) {
        Matcher matcher = DOTTED_QUAD.matcher(address);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no IPv4 address: " + address);
        }
        return "127" + matcher.group(2);
    }

    /** Begins with a copy of a sample. */
    public static Builder of(ConfFolder conf) {
        return new Builder(conf);
    }

    /** The port James listens on in the place of a port of the sample. */
    public int port(int samplePort) {
        Integer port = ports.get(samplePort);
        if (port == null) {
            throw new IllegalArgumentException("the sample has no listener on port " + samplePort);
        }
        return port;
    }

    /** Where James takes SMTP connections: {@code address:port} as bound, in the order of smtpserver.xml. */
    public List<String> smtpListeners() {
        return smtpListeners;
    }

    public int webadminPort() {
        return webadminPort;
    }

    /** What differs from test to test. */
    public static final class Builder {
        private final ConfFolder conf;
        private final Map<Integer, Integer> ports = new LinkedHashMap<>();
        private final Map<String, String> nextHops = new LinkedHashMap<>();
        private List<String> addresses = List.of("0.0.0.0");
        private int dnsPort = DNS_PORT;

        private Builder(ConfFolder conf) {
            this.conf = conf;
        }

        /** The addresses to listen on. Default: 0.0.0.0, which takes IPv6 as well. */
        public Builder bind(String... local) {
            this.addresses = List.of(local);
            return this;
        }

        /** The port that stands for a port of the sample. Default: a free one. */
        public Builder port(int samplePort, int port) {
            ports.put(samplePort, port);
            return this;
        }

        /** The next hop that stands for one the sample names, which is written as in the sample. */
        public Builder nextHop(String inSample, String loopback) {
            nextHops.put(inSample, loopback);
            return this;
        }

        /**
         * The port of 127.0.0.1 where the pack asks for DNS; James's own DNS service knows 53 alone. Default: 53, where as a rule nothing
         * listens.
         */
        public Builder dnsPort(int port) {
            this.dnsPort = port;
            return this;
        }

        /**
         * Changes the copy.
         *
         * @throws IllegalStateException if the sample is not as the mapping expects it
         */
        public LoopbackConfiguration apply() {
            Set<Integer> smtpPorts = bind("smtpserver.xml");
            bind("imapserver.xml");
            bind("pop3server.xml");
            listeners(smtpPorts);
            nextHops();
            networks();
            dns();
            int webadminPort = FreePorts.next();
            conf.replace("webadmin.properties", "\nport=8000\n", "\nport=" + webadminPort + "\n");
            conf.replace("jmx.properties", "\njmx.port=9999\n", "\njmx.port=" + FreePorts.next() + "\n");
            if (conf.read("smtpserver.xml").contains("<keystore>file://conf/keystore</keystore>")) {
                conf.add(Distribution.keystore());
            }
            return new LoopbackConfiguration(ports, smtpListeners(), webadminPort);
        }

        private void dns() {
            String autodiscover = "<autodiscover>true</autodiscover>";
            if (dnsPort == DNS_PORT) {
                conf.replace("dnsservice.xml", autodiscover,
                    "<autodiscover>false</autodiscover>\n  <servers><server>127.0.0.1</server></servers>");
            } else {
                conf.replace("dnsservice.xml", autodiscover, autodiscover);
                conf.write("jvm.properties", conf.read("jvm.properties") + "\ndns.server=127.0.0.1:" + dnsPort + "\n");
            }
        }

        private Set<Integer> bind(String file) {
            Set<Integer> samplePorts = new HashSet<>();
            for (String bind : conf.find(file, BIND)) {
                String bound = Arrays.stream(bind.split(","))
                    .map(listener -> samplePort(file, listener))
                    .peek(samplePorts::add)
                    .map(port -> ports.computeIfAbsent(port, any -> FreePorts.next()))
                    .flatMap(port -> addresses.stream().map(address -> address + ":" + port))
                    .collect(Collectors.joining(","));
                conf.replace(file, "<bind>" + bind + "</bind>", "<bind>" + bound + "</bind>");
            }
            return samplePorts;
        }

        private List<String> smtpListeners() {
            return conf.find("smtpserver.xml", BIND).stream()
                .flatMap(bind -> Arrays.stream(bind.split(",")))
                .collect(Collectors.toList());
        }

        private int samplePort(String file, String listener) {
            if (!listener.startsWith("0.0.0.0:")) {
                throw new IllegalStateException(file + ": expected 0.0.0.0:port, not " + listener);
            }
            return Integer.parseInt(listener.substring("0.0.0.0:".length()));
        }

        private void listeners(Set<Integer> smtpPorts) {
            for (String listeners : conf.find("relaycontrol.xml", LISTENERS)) {
                String mapped = Arrays.stream(listeners.split(","))
                    .map(listener -> listener(listener, smtpPorts))
                    .collect(Collectors.joining(","));
                conf.replace("relaycontrol.xml", "listeners=\"" + listeners + "\"", "listeners=\"" + mapped + "\"");
            }
        }

        private String listener(String listener, Set<Integer> smtpPorts) {
            String address = listener.substring(0, listener.lastIndexOf(':'));
            String port = listener.substring(listener.lastIndexOf(':') + 1);
            String mappedAddress = address.equals("*") ? address : onLoopback(address);
            if (port.equals("*")) {
                return mappedAddress + ":*";
            }
            if (!smtpPorts.contains(Integer.valueOf(port))) {
                throw new IllegalStateException("relaycontrol.xml: no SMTP listener in smtpserver.xml for " + listener);
            }
            return mappedAddress + ":" + ports.get(Integer.valueOf(port));
        }

        private void nextHops() {
            Set<String> unused = new HashSet<>(nextHops.keySet());
            for (String hosts : conf.find("relaycontrol.xml", HOSTS)) {
                String mapped = Arrays.stream(hosts.split(","))
                    .map(host -> nextHop(host, unused))
                    .collect(Collectors.joining(","));
                conf.replace("relaycontrol.xml", "=\"" + hosts + "\"", "=\"" + mapped + "\"");
            }
            if (!unused.isEmpty()) {
                throw new IllegalStateException("relaycontrol.xml names no next hop " + unused);
            }
        }

        private String nextHop(String host, Set<String> unused) {
            String loopback = nextHops.get(host);
            if (loopback == null) {
                throw new IllegalStateException("relaycontrol.xml: nothing on loopback stands for the next hop " + host);
            }
            unused.remove(host);
            return loopback;
        }

        private void networks() {
            for (String network : conf.find("relaycontrol.xml", NETWORK)) {
                String address = network.split("[/-]", 2)[0];
                String mapped = network.replace(address, onLoopback(address));
                if (network.contains("-")) {
                    String last = network.substring(network.indexOf('-') + 1);
                    mapped = mapped.replace(last, onLoopback(last));
                }
                conf.replace("relaycontrol.xml", ">" + network + "<", ">" + mapped + "<");
            }
        }
    }
}
