package org.relaycontrol.policy;

/**
 * The domains that the server hosts: James's DomainList. Asked only where no routing entry decides, or whether an inbound domain is hosted.
 */
@FunctionalInterface
public interface LocalDomains {

    /** Whether the server hosts the domain. */
    boolean contains(DomainName domain);
}
