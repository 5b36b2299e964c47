/**
 * Where a next hop is and how to talk to it: what delivering mail and asking whether recipients exist have in common.
 */
@NullMarked
package org.relaycontrol.nexthop;

import org.jspecify.annotations.NullMarked;
