package org.relaycontrol.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.relaycontrol.policy.DomainName;
import picocli.CommandLine.Option;

/**
 * {@code --local-domain}: what is in James's DomainList. The first one is James's default domain.
 */
final class LocalDomainOptions {

    /** What James's default domain is if nothing is configured. */
    private static final DomainName LOCALHOST = DomainName.of("localhost");

    @Option(names = "--local-domain", paramLabel = "DOMAIN", description = {
        "A domain of James's DomainList; may be repeated.",
        "The first one is the domain of recipients without @, else localhost is."})
    private List<String> names = new ArrayList<>();

    /**
     * The domains, in the order in which they are given.
     *
     * @throws UnusableInputException if one of them is no domain
     */
    Set<DomainName> domains() throws UnusableInputException {
        return parse(names);
    }

    /**
     * The domains of these names, in their order.
     *
     * @throws UnusableInputException if one of them is no domain
     */
    static Set<DomainName> parse(List<String> names) throws UnusableInputException {
        Set<DomainName> domains = new LinkedHashSet<>();
        for (String name : names) {
            try {
                domains.add(DomainName.of(name));
            } catch (IllegalArgumentException e) {
                throw new UnusableInputException("--local-domain: " + e.getMessage());
            }
        }
        return domains;
    }

    /**
     * The domain of recipients without {@code @}.
     *
     * @throws UnusableInputException if one of the local domains is no domain
     */
    DomainName defaultDomain() throws UnusableInputException {
        Set<DomainName> domains = domains();
        return domains.isEmpty() ? LOCALHOST : domains.iterator().next();
    }
}
