/**
 * What the adapters to James share: the running policy, James's domains, the stamp that carries what SMTP has permitted into the mailet
 * container, and DNS.
 */
@NullMarked
package org.relaycontrol.james;

import org.jspecify.annotations.NullMarked;
