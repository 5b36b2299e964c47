/**
 * Asks whether a recipient exists: the next hop by a callout, or a directory by LDAP. Answers are cached, one question an address is under
 * way at once, and nobody who must not wait waits.
 */
@NullMarked
package org.relaycontrol.verification;

import org.jspecify.annotations.NullMarked;
