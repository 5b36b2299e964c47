package org.relaycontrol.verification;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.FailoverServerSet;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.ServerSet;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.SingleServerSet;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import com.unboundid.util.ssl.SSLUtil;
import com.unboundid.util.ssl.TrustAllTrustManager;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import org.relaycontrol.nexthop.Credentials;
import org.relaycontrol.nexthop.Credentials.MissingPasswordException;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.policy.Recipient;

/**
 * Asks directories by a search that finds at most one entry and reads none of its attributes. Connections are kept, the servers of a
 * directory are tried in order. Thread-safe.
 */
final class LdapSearch implements Questioner {

    /** Connections at once to a directory. */
    static final int MAX_CONNECTIONS = 4;
    /** After so long a connection is replaced, so that the first server gets its share again once it is back. */
    static final Duration MAX_AGE = Duration.ofMinutes(5);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Connections to directories that nobody asks any more, since the policy has changed, are closed after this time. */
    private static final Duration MAX_IDLE = Duration.ofMinutes(10);
    /** RFC 4511 section 4.5.1.8: no attributes. */
    private static final String NO_ATTRIBUTES = "1.1";

    private final SSLContext certificates;
    private final Cache<LdapDirectory, Pool> pools = CacheBuilder.newBuilder()
        .expireAfterAccess(MAX_IDLE)
        .<LdapDirectory, Pool>removalListener(removed -> Objects.requireNonNull(removed.getValue()).connections.close())
        .build();

    /**
     * No connections yet.
     *
     * @param certificates the certificate authorities that are trusted where certificates are verified
     */
    LdapSearch(SSLContext certificates) {
        this.certificates = certificates;
    }

    /** Connections that are bound with a password. */
    private static final class Pool {

        private final LDAPConnectionPool connections;
        private final Optional<String> password;

        private Pool(LDAPConnectionPool connections, Optional<String> password) {
            this.connections = connections;
            this.password = password;
        }
    }

    @Override
    public Answer ask(Target target, Recipient recipient, String recipientDelimiter, Duration timeout) {
        LdapDirectory directory = target.directory().orElseThrow();
        try {
            SearchRequest search = new SearchRequest(directory.base(), SearchScope.SUB, filter(directory, recipient, recipientDelimiter),
                NO_ATTRIBUTES);
            search.setSizeLimit(1);
            search.setResponseTimeoutMillis(timeout.toMillis());
            boolean found = pool(directory).connections.search(search).getEntryCount() > 0;
            return Answer.of(found ? Answer.Kind.EXISTS : Answer.Kind.UNKNOWN, found ? "found" : "not found");
        } catch (LDAPSearchException e) {
            // More than one entry is none too few.
            return e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED) ? Answer.of(Answer.Kind.EXISTS, "found more than once")
                : failure(e);
        } catch (LDAPException e) {
            return failure(e);
        } catch (MissingPasswordException e) {
            return Answer.of(Answer.Kind.UNREACHABLE, "no password: " + e.getMessage());
        }
    }

    private static Answer failure(LDAPException failure) {
        return Answer.of(Answer.Kind.UNREACHABLE, failure.getResultCode() + ": " + failure.getMessage());
    }

    /** The address itself, or without its tag. */
    private static String filter(LdapDirectory directory, Recipient recipient, String recipientDelimiter) {
        String localPart = recipient.comparedLocalPart();
        String withoutTag = recipient.comparedLocalPartWithoutTag(recipientDelimiter);
        String filter = directory.filterFor(localPart, recipient.domain());
        return withoutTag.equals(localPart) ? filter : "(|" + filter + directory.filterFor(withoutTag, recipient.domain()) + ")";
    }

    /** The directory's connections, or new ones if the password has changed since, or the settings. */
    private synchronized Pool pool(LdapDirectory directory) throws LDAPException, MissingPasswordException {
        pools.cleanUp();
        Optional<String> file = directory.passwordFile();
        Optional<String> password = file.isPresent() ? Optional.of(Credentials.password(file.get())) : Optional.empty();
        Pool pool = pools.getIfPresent(directory);
        if (pool == null || !pool.password.equals(password)) {
            pool = new Pool(connect(directory, password), password);
            pools.put(directory, pool);
        }
        return pool;
    }

    private LDAPConnectionPool connect(LdapDirectory directory, Optional<String> password) throws LDAPException {
        BindRequest bind = password.isPresent() ? new SimpleBindRequest(directory.bindDn().orElseThrow(), password.get())
            : new SimpleBindRequest();
        try {
            ServerSet[] servers = new ServerSet[directory.urls().size()];
            for (int i = 0; i < servers.length; i++) {
                servers[i] = server(directory.urls().get(i), directory.tls());
            }
            LDAPConnectionPool pool = new LDAPConnectionPool(new FailoverServerSet(servers), bind, 0, MAX_CONNECTIONS, null);
            pool.setConnectionPoolName("relaycontrol " + directory.name());
            pool.setMaxConnectionAgeMillis(MAX_AGE.toMillis());
            pool.setRetryFailedOperationsDueToInvalidConnections(true);
            return pool;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    private ServerSet server(LdapDirectory.Url url, Tls tls) throws GeneralSecurityException {
        boolean verified = tls == Tls.REQUIRED_VERIFIED;
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis((int) CONNECT_TIMEOUT.toMillis());
        options.setResponseTimeoutMillis(CONNECT_TIMEOUT.toMillis());
        options.setFollowReferrals(false);
        if (verified) {
            options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
        }
        SSLContext context = verified ? certificates : new SSLUtil(new TrustAllTrustManager()).createSSLContext();
        SocketFactory sockets = url.isLdaps() ? context.getSocketFactory() : SocketFactory.getDefault();
        PostConnectProcessor startTls = !url.isLdaps() && tls != Tls.NONE ? new StartTLSPostConnectProcessor(context) : null;
        return new SingleServerSet(url.host(), url.port(), sockets, options, null, startTls);
    }

    @Override
    public synchronized void close() {
        pools.invalidateAll();
    }
}
