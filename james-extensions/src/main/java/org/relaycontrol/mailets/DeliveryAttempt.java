package org.relaycontrol.mailets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.relaycontrol.nexthop.Host;
import org.relaycontrol.nexthop.HostFinder;
import org.relaycontrol.nexthop.HostFinder.Hosts;
import org.relaycontrol.nexthop.Outcome;
import org.relaycontrol.nexthop.SlowHosts;
import org.relaycontrol.policy.NextHop;
import org.relaycontrol.policy.NextHops;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import com.google.common.base.Ticker;

/**
 * One attempt to deliver a mail: groups the recipients by where the policy sends them now, and tries the hosts of each group in order. A
 * recipient that one host has accepted or refused for good is given to no other. Thread-safe.
 */
final class DeliveryAttempt {

    private static final Logger LOGGER = LoggerFactory.getLogger(DeliveryAttempt.class);

    private final NextHopLookup lookup;
    private final HostFinder finder;
    private final SmtpSender sender;
    private final SlowHosts slowHosts = new SlowHosts(Ticker.systemTicker());

    DeliveryAttempt(NextHopLookup lookup, HostFinder finder, SmtpSender sender) {
        this.lookup = lookup;
        this.finder = finder;
        this.sender = sender;
    }

    /** Where a group of recipients goes: next hops of the policy, or the mail exchangers of their common domain. Immutable. */
    static final class Route {

        private final Optional<NextHops> hops;
        private final String domain;

        private Route(Optional<NextHops> hops, String domain) {
            this.hops = hops;
            this.domain = domain;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Route && hops.equals(((Route) other).hops) && domain.equals(((Route) other).domain);
        }

        @Override
        public int hashCode() {
            return Objects.hash(hops, domain);
        }

        /** How many connections there may be to these next hops, if they say so. */
        OptionalInt maxConnections() {
            return hops.map(NextHops::maxConnections).orElse(OptionalInt.empty());
        }

        /** The next hops as written, or {@code mx:domain}. */
        @Override
        public String toString() {
            return hops.map(NextHops::toString).orElse("mx:" + domain);
        }
    }

    /** The recipients by where they go: one group a next hop, whatever their domains; one a domain, where its MX decides. */
    Map<Route, List<MailAddress>> groups(Mail mail) {
        return mail.getRecipients().stream()
            .collect(Collectors.groupingBy(recipient -> route(mail, recipient), LinkedHashMap::new, Collectors.toList()));
    }

    private Route route(Mail mail, MailAddress recipient) {
        Optional<NextHops> hops = lookup.nextHops(mail, recipient);
        return new Route(hops, hops.isPresent() ? "" : recipient.getDomain().asString().toLowerCase(Locale.ROOT));
    }

    /** What became of each recipient of the mail, all of whom go by this route. */
    Map<MailAddress, Outcome> run(Mail mail, Route route) {
        return new Run(mail, route).outcomes();
    }

    /** One attempt. */
    private final class Run {

        private final Mail mail;
        private final Route route;
        private final Map<MailAddress, Outcome> outcomes = new LinkedHashMap<>();
        private final List<MailAddress> remaining = new ArrayList<>();
        private final List<Host> lastResorts = new ArrayList<>();

        private Run(Mail mail, Route route) {
            this.mail = mail;
            this.route = route;
        }

        private Map<MailAddress, Outcome> outcomes() {
            for (MailAddress recipient : mail.getRecipients()) {
                if (Mailbox.isSendable(recipient)) {
                    remaining.add(recipient);
                } else {
                    outcomes.put(recipient, Outcome.refused("this server", "553 5.1.3 the address cannot be sent by SMTP"));
                }
            }
            if (route.hops.isEmpty()) {
                tryAll(finder.findForDomain(route.domain));
            } else {
                for (NextHop hop : inOrder(route.hops.get())) {
                    if (!remaining.isEmpty()) {
                        tryAll(finder.find(hop));
                    }
                }
            }
            lastResorts.forEach(this::tryIt);
            return outcomes;
        }

        private List<NextHop> inOrder(NextHops hops) {
            List<NextHop> order = new ArrayList<>(hops.hosts());
            if (hops.balance()) {
                Collections.shuffle(order);
            }
            return order;
        }

        private void tryAll(Hosts hosts) {
            Outcome failure = hosts.failure();
            if (failure != null) {
                remaining.forEach(recipient -> outcomes.put(recipient, failure));
                log(mail, failure, remaining);
            }
            for (Host host : hosts.hosts()) {
                if (slowHosts.contains(host)) {
                    lastResorts.add(host);
                } else {
                    tryIt(host);
                }
            }
        }

        /** Tries a host with those who remain, and takes off whom it settles. */
        private void tryIt(Host host) {
            if (remaining.isEmpty()) {
                return;
            }
            long start = System.nanoTime();
            Map<MailAddress, Outcome> atHost = sender.send(mail, List.copyOf(remaining), host, route.hops);
            slowHosts.note(host, atHost.values().stream().allMatch(outcome -> outcome.kind() == Outcome.Kind.DEFERRED),
                Duration.ofNanos(System.nanoTime() - start));
            outcomes.putAll(atHost);
            atHost.forEach((recipient, outcome) -> {
                if (outcome.kind() != Outcome.Kind.DEFERRED) {
                    remaining.remove(recipient);
                }
            });
            atHost.entrySet().stream()
                .collect(Collectors.groupingBy(Map.Entry::getValue, LinkedHashMap::new,
                    Collectors.mapping(Map.Entry::getKey, Collectors.toList())))
                .forEach((outcome, recipients) -> log(mail, outcome, recipients));
        }
    }

    /** One line for each host and reply. */
    private static void log(Mail mail, Outcome outcome, List<MailAddress> recipients) {
        String line = "{} from {} to {} {}: {}";
        Object[] arguments = {mail.getName(), mail.getMaybeSender().asString(), recipients, outcome.kind().name().toLowerCase(Locale.ROOT)
            + " by " + outcome.where(), outcome.text()};
        if (outcome.isLocalTrouble()) {
            LOGGER.error(line, arguments);
        } else if (outcome.kind() == Outcome.Kind.DELIVERED) {
            LOGGER.info(line, arguments);
        } else {
            LOGGER.warn(line, arguments);
        }
    }
}
