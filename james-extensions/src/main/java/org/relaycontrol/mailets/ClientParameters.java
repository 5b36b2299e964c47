package org.relaycontrol.mailets;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.james.transport.mailets.remote.delivery.RemoteDeliveryConfiguration;
import org.apache.mailet.MailetConfig;
import org.apache.mailet.MailetContext;

/**
 * The parameters of the mailet that are meant for James's SMTP client, our defaults where it has none, and above both what must not be
 * configured otherwise.
 */
final class ClientParameters implements MailetConfig {

    /** RFC 5321 section 4.5.3.2.6: a host may take 10 minutes after the end of the message; giving up earlier sends it twice. */
    private static final String TIME_OUT_MILLIS = "600000";

    private static final List<String> PASSED_ON = List.of(RemoteDeliveryConfiguration.HELO_NAME, RemoteDeliveryConfiguration.BIND,
        RemoteDeliveryConfiguration.TIMEOUT, RemoteDeliveryConfiguration.CONNECTIONTIMEOUT, RemoteDeliveryConfiguration.DEBUG);

    private final MailetConfig mailet;
    private final Map<String, String> parameters = new TreeMap<>();

    ClientParameters(MailetConfig mailet, Map<String, String> fixed) {
        this.mailet = mailet;
        parameters.put(RemoteDeliveryConfiguration.TIMEOUT, TIME_OUT_MILLIS);
        // James sets no limit for writing: a host that stops reading would occupy a delivery thread for ever.
        parameters.put("mail.smtp.writetimeout", TIME_OUT_MILLIS);
        parameters.put("mail.smtp.ssl.protocols", "TLSv1.2 TLSv1.3");
        Iterator<String> names = mailet.getInitParameterNames();
        while (names.hasNext()) {
            String name = names.next();
            if (name.startsWith(RemoteDeliveryConfiguration.JAVAX_PREFIX) || PASSED_ON.contains(name)) {
                parameters.put(name, mailet.getInitParameter(name));
            }
        }
        // Retries are ours. James warns, with its own default delay, of any other number of them.
        parameters.put(RemoteDeliveryConfiguration.MAX_RETRIES, "1");
        parameters.putAll(fixed);
    }

    @Override
    @SuppressWarnings("NullAway") // The interface predates nullness annotations: null is what it returns for an absent parameter.
    public String getInitParameter(String name) {
        return parameters.get(name);
    }

    @Override
    public Iterator<String> getInitParameterNames() {
        return parameters.keySet().iterator();
    }

    @Override
    public MailetContext getMailetContext() {
        return mailet.getMailetContext();
    }

    @Override
    public String getMailetName() {
        return mailet.getMailetName();
    }
}
