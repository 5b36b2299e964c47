package org.relaycontrol.nexthop;

import org.apache.james.domainlist.api.DomainList;
import org.relaycontrol.james.Dns;
import org.relaycontrol.james.ThisServer;

import com.google.inject.Inject;
import com.google.inject.Singleton;

/**
 * How the mailet that delivers finds next hops and talks to them, for who else does: what its parameters say, once it is initialised, and
 * their defaults before, or where there is no such mailet. Thread-safe.
 */
@Singleton
public final class DeliverySettings {

    private volatile Settings settings;

    /** The defaults. */
    @Inject
    public DeliverySettings(Dns dns, ThisServer thisServer, DomainList domainList) {
        this.settings = new Settings(ClientSettings.defaults(domainList), new HostFinder(dns, thisServer));
    }

    /** Both change at once. */
    private static final class Settings {

        private final ClientSettings client;
        private final HostFinder finder;

        private Settings(ClientSettings client, HostFinder finder) {
            this.client = client;
            this.finder = finder;
        }
    }

    /** From now on these. */
    public void use(ClientSettings client, HostFinder finder) {
        settings = new Settings(client, finder);
    }

    /** How to talk to a host. */
    public ClientSettings client() {
        return settings.client;
    }

    /** How to find the hosts. */
    public HostFinder finder() {
        return settings.finder;
    }
}
