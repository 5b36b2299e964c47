package org.relaycontrol.mailets;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.transport.mailets.remote.delivery.ExecutionResult;
import org.apache.james.transport.mailets.remote.delivery.InternetAddressConverter;
import org.apache.james.transport.mailets.remote.delivery.MailDelivrerToHost;
import org.apache.james.transport.mailets.remote.delivery.RemoteDeliveryConfiguration;
import org.apache.mailet.HostAddress;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetConfig;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.NextHops.Tls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;

/**
 * Gives a mail to one host with James's own SMTP client, with the TLS and credentials of the next hop. Thread-safe.
 */
final class SmtpSender {

    private static final Logger LOGGER = LoggerFactory.getLogger(SmtpSender.class);

    private static final int MAX_CLIENTS = 64;

    private final MailetConfig parameters;
    private final DomainList domainList;
    private final Tls unnamedTls;
    private final Cache<List<String>, MailDelivrerToHost> clients = CacheBuilder.newBuilder().maximumSize(MAX_CLIENTS).build();

    /**
     * Sends with stock's parameters: {@code heloName}, {@code bind}, {@code timeout}, {@code connectiontimeout}, {@code startTLS} (for next
     * hops without a name, if offered) and {@code mail.*}.
     */
    SmtpSender(MailetConfig parameters, DomainList domainList) {
        this.parameters = parameters;
        this.domainList = domainList;
        this.unnamedTls = Boolean.parseBoolean(parameters.getInitParameter(RemoteDeliveryConfiguration.START_TLS))
            ? Tls.OPPORTUNISTIC : Tls.NONE;
    }

    /** What became of each recipient. Never throws: what cannot be explained is deferred, with a stack trace in the log. */
    Map<MailAddress, Outcome> send(Mail mail, Collection<MailAddress> recipients, Host host, Optional<NextHops> hops) {
        Tls tls = hops.filter(named -> named.name().isPresent()).map(NextHops::tls).orElse(unnamedTls);
        try {
            Credentials credentials = Credentials.of(hops);
            try {
                return send(mail, recipients, host, tls, credentials);
            } catch (Exception e) {
                // With credentials, a failed handshake must not lead to a password in the clear.
                if (tls == Tls.OPPORTUNISTIC && credentials.username == null && SendFailure.isFailedHandshake(e)) {
                    LOGGER.warn("{}: TLS failed, sending {} without: {}", host, mail.getName(), e.getMessage());
                    return send(mail, recipients, host, Tls.NONE, credentials);
                }
                throw e;
            }
        } catch (UnreadablePasswordException e) {
            return all(recipients, Outcome.localTrouble(host.toString(), "451 4.3.5 no password: " + e.problem));
        } catch (RuntimeException e) {
            LOGGER.error("{} to {}: unexpected failure at {}", mail.getName(), recipients, host, e);
            return all(recipients, Outcome.localTrouble(host.toString(), "451 4.3.0 internal error: " + e));
        } catch (Exception e) {
            return SendFailure.outcomes(e, recipients, host);
        }
    }

    private Map<MailAddress, Outcome> send(Mail mail, Collection<MailAddress> recipients, Host host, Tls tls, Credentials credentials)
            throws Exception {
        MailDelivrerToHost client = clients.get(credentials.key(tls), () -> client(tls, credentials));
        ExecutionResult result = tls == Tls.REQUIRED_VERIFIED
            ? PinnedAddressSocketFactory.connectingTo(host.address(), () -> send(mail, recipients, client, host.name(), host.url()))
            : send(mail, recipients, client, host.addressText(), host.url());
        switch (result.getExecutionState()) {
            case SUCCESS:
                return all(recipients, Outcome.delivered(host.toString(), "250"));
            case PERMANENT_FAILURE:
                return all(recipients, Outcome.refused(host.toString(), text(result)));
            default:
                return all(recipients, Outcome.deferred(host.toString(), text(result)));
        }
    }

    /** James connects to the name, rather than to the URL, if there are credentials or a certificate to verify. */
    @SuppressWarnings("deprecation") // James deprecates HostAddress without having anything else for its SMTP client.
    private static ExecutionResult send(Mail mail, Collection<MailAddress> recipients, MailDelivrerToHost client, String name, String url)
            throws Exception {
        return client.tryDeliveryToHost(mail, InternetAddressConverter.convert(recipients), new HostAddress(name, url));
    }

    private static String text(ExecutionResult result) {
        return result.getException().map(Exception::getMessage).orElse("no reason given");
    }

    private static Map<MailAddress, Outcome> all(Collection<MailAddress> recipients, Outcome outcome) {
        Map<MailAddress, Outcome> outcomes = new LinkedHashMap<>();
        recipients.forEach(recipient -> outcomes.put(recipient, outcome));
        return outcomes;
    }

    private MailDelivrerToHost client(Tls tls, Credentials credentials) {
        Map<String, String> fixed = new HashMap<>();
        fixed.put(RemoteDeliveryConfiguration.SENDPARTIAL, "true");
        fixed.put("mail.smtp.reportsuccess", "true");
        fixed.put(RemoteDeliveryConfiguration.START_TLS, String.valueOf(tls != Tls.NONE));
        fixed.put(RemoteDeliveryConfiguration.VERIFY_SERVER_IDENTITY, String.valueOf(tls == Tls.REQUIRED_VERIFIED));
        fixed.put("mail.smtp.starttls.required", String.valueOf(tls == Tls.REQUIRED || tls == Tls.REQUIRED_VERIFIED));
        if (tls == Tls.OPPORTUNISTIC || tls == Tls.REQUIRED) {
            fixed.put("mail.smtp.ssl.trust", "*");
        }
        if (tls == Tls.REQUIRED_VERIFIED) {
            fixed.put("mail.smtp.socketFactory.class", PinnedAddressSocketFactory.class.getName());
            fixed.put("mail.smtp.socketFactory.fallback", "false");
        }
        if (credentials.username != null && credentials.password != null) {
            // Stock reads credentials only if there is a gateway; who it is does not matter here.
            fixed.put(RemoteDeliveryConfiguration.GATEWAY, "next-hop");
            fixed.put(RemoteDeliveryConfiguration.GATEWAY_USERNAME, credentials.username);
            fixed.put(RemoteDeliveryConfiguration.GATEWAY_PASSWORD, credentials.password);
        }
        return new MailDelivrerToHost(new RemoteDeliveryConfiguration(new ClientParameters(parameters, fixed), domainList),
            parameters.getMailetContext());
    }

    /** As whom to authenticate, if at all. The password never leaves this class but for James's SMTP client. */
    private static final class Credentials {

        private final @Nullable String username;
        private final @Nullable String password;

        private Credentials(@Nullable String username, @Nullable String password) {
            this.username = username;
            this.password = password;
        }

        /** Reads the password anew each time, so that a changed file needs no restart. */
        private static Credentials of(Optional<NextHops> hops) throws UnreadablePasswordException {
            Optional<String> username = hops.flatMap(NextHops::username);
            Optional<String> file = hops.flatMap(NextHops::passwordFile);
            if (username.isEmpty() || file.isEmpty()) {
                return new Credentials(null, null);
            }
            try (BufferedReader reader = Files.newBufferedReader(Path.of(file.get()), StandardCharsets.UTF_8)) {
                String password = reader.readLine();
                if (password == null || password.isEmpty()) {
                    throw new UnreadablePasswordException("the first line of " + file.get() + " is empty");
                }
                return new Credentials(username.get(), password);
            } catch (IOException | InvalidPathException e) {
                throw new UnreadablePasswordException("cannot read " + file.get() + " (" + e.getClass().getSimpleName() + ")");
            }
        }

        private List<String> key(Tls tls) {
            List<String> key = new ArrayList<>();
            key.add(tls.toString());
            if (username != null && password != null) {
                key.add(username);
                key.add(password);
            }
            return List.copyOf(key);
        }
    }

    /** There is no password to authenticate with. The problem names the file. */
    private static final class UnreadablePasswordException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String problem;

        private UnreadablePasswordException(String problem) {
            super(problem);
            this.problem = problem;
        }
    }
}
