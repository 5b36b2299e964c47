package org.relaycontrol.matchers;

import com.google.inject.Inject;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMatcher;
import org.relaycontrol.james.SpooledMail;
import org.relaycontrol.policy.RoutingEntry.Action;

/**
 * Matches the recipients whose domain the routing list treats in one of the given ways: {@code inbound}, {@code relay}, {@code route},
 * {@code reject}, or {@code unlisted}, separated by commas. A domain that only James's DomainList has is {@code inbound}. It does not say
 * that the mail may be relayed: see {@link RelayAllowed}. Put it before stock's {@code RecipientIsLocal}.
 *
 * <pre><code>
 * &lt;mailet match="org.relaycontrol.matchers.RouteIs=inbound" class="ToProcessor"&gt;
 *   &lt;processor&gt;local-delivery&lt;/processor&gt;
 * &lt;/mailet&gt;
 * </code></pre>
 */
public class RouteIs extends GenericMatcher {

    private static final String UNLISTED = "unlisted";
    private static final List<String> ROUTES = List.of("inbound", "relay", "route", "reject", UNLISTED);

    private final SpooledMail spooledMail;
    private final Set<String> wanted = new HashSet<>();

    /** Routes by the running policy. */
    @Inject
    public RouteIs(SpooledMail spooledMail) {
        this.spooledMail = spooledMail;
    }

    @Override
    public void init() {
        String condition = getCondition() == null ? "" : getCondition().strip();
        for (String route : condition.split("\\s*,\\s*", -1)) {
            if (!ROUTES.contains(route)) {
                throw new IllegalArgumentException("RouteIs has the condition '" + condition + "'; write RouteIs= and one or more of "
                    + String.join(", ", ROUTES));
            }
            wanted.add(route);
        }
    }

    @Override
    public Collection<MailAddress> match(Mail mail) {
        return mail.getRecipients().stream()
            .filter(recipient -> wanted.contains(route(mail, recipient)))
            .collect(Collectors.toUnmodifiableList());
    }

    private String route(Mail mail, MailAddress recipient) {
        Action action = spooledMail.action(mail, recipient);
        return action == null ? UNLISTED : action.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String getMatcherInfo() {
        return "RouteIs " + Arrays.toString(wanted.toArray());
    }
}
