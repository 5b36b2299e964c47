package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;

/**
 * The confirmed host names of clients: the first of an address's names in reverse DNS (of at most {@link Dns#MAX_PTR}) that resolves
 * forward to the same address. Never blocks; answers come from {@link Dns} and its cache. Thread-safe.
 */
@Singleton
public class ClientHostNames {

    /** A look-up that takes longer, all of its questions together, has failed for now. Its questions go on and fill the cache. */
    public static final Duration TIME_OUT = Duration.ofSeconds(15);

    private final Dns dns;

    /** Looks up at the servers that James uses. */
    @Inject
    public ClientHostNames(Dns dns) {
        this.dns = dns;
    }

    /**
     * Looks up the client's name. An answer that depends on a question that failed for now is {@link ClientHost#UNKNOWN}. The future never
     * completes exceptionally.
     */
    public CompletableFuture<ClientHost> lookUp(InetAddress client) {
        return dns.names(client)
            .thenCompose(answer -> answer.status() == DnsAnswer.Status.FAILED
                ? CompletableFuture.completedFuture(ClientHost.UNKNOWN)
                : firstConfirmed(client, answer.records()))
            .completeOnTimeout(ClientHost.UNKNOWN, TIME_OUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One name after the other: the first is the answer for nearly every client that has one. */
    private CompletableFuture<ClientHost> firstConfirmed(InetAddress client, List<String> names) {
        if (names.isEmpty()) {
            return CompletableFuture.completedFuture(ClientHost.NONE);
        }
        String name = names.get(0);
        return forward(client, name).thenCompose(answer -> {
            if (answer.records().contains(client)) {
                return CompletableFuture.completedFuture(ClientHost.named(DomainName.of(name)));
            }
            if (answer.status() == DnsAnswer.Status.FAILED) {
                return CompletableFuture.completedFuture(ClientHost.UNKNOWN);
            }
            return firstConfirmed(client, names.subList(1, names.size()));
        });
    }

    private CompletableFuture<DnsAnswer<InetAddress>> forward(InetAddress client, String name) {
        if (!isHostName(name)) {
            return CompletableFuture.completedFuture(DnsAnswer.noSuchName());
        }
        return client instanceof Inet4Address ? dns.ipv4(name) : dns.ipv6(name);
    }

    /** DNS holds names that no policy can list, with spaces or escapes for example. */
    private static boolean isHostName(String name) {
        try {
            return !DomainName.of(name).isLiteral();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
