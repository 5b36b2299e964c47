package org.relaycontrol.it.harness;

import java.net.InetAddress;
import java.net.UnknownHostException;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;

/** An LDAP directory in memory, on a free port of 127.0.0.1, with addresses as Active Directory has them. */
public final class Directory implements AutoCloseable {
    /** Below it everything is. */
    public static final String BASE = "dc=corp,dc=example";

    private final InMemoryDirectoryServer server;

    private Directory(InMemoryDirectoryServer server) {
        this.server = server;
    }

    /** Starts one in which nobody has an address. */
    public static Directory listening(String bindDn, String password) {
        try {
            InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
            config.setSchema(null);
            config.setListenerConfigs(InMemoryListenerConfig.createLDAPConfig("ldap", InetAddress.getByName("127.0.0.1"), 0, null));
            config.addAdditionalBindCredentials(bindDn, password);
            InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
            server.add("dn: " + BASE, "objectClass: domainDNS", "dc: corp");
            server.startListening();
            return new Directory(server);
        } catch (LDAPException | LDIFException | UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its URL. */
    public String url() {
        return "ldap://127.0.0.1:" + server.getListenPort();
    }

    /** A user with this address. */
    public Directory user(String name, String address) {
        try {
            server.add("dn: CN=" + name + "," + BASE, "objectClass: user", "proxyAddresses: SMTP:" + address);
            return this;
        } catch (LDAPException | LDIFException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.shutDown(true);
    }
}
