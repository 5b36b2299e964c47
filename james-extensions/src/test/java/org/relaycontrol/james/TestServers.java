package org.relaycontrol.james;

import java.net.InetAddress;
import java.util.Set;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;

/** Servers that listen where tests want them to. */
public final class TestServers {

    private TestServers() {
    }

    /** One that listens nowhere and has no name. */
    public static ThisServer nowhere() {
        return new ThisServer(new BaseHierarchicalConfiguration(), Set::of);
    }

    /** One that listens on all of these addresses, on the port, and announces the name. */
    public static ThisServer at(int port, String name, InetAddress... addresses) {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.addProperty("smtpserver.bind", "0.0.0.0:" + port);
        configuration.addProperty("smtpserver.helloName", name);
        configuration.addProperty("smtpserver.helloName.[@autodetect]", false);
        return new ThisServer(configuration, () -> Set.of(addresses));
    }
}
