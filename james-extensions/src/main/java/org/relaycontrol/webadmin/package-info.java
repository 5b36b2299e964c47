/**
 * James's webadmin: what the policy says, decides and would decide, what it refused, and changes of its managed lists, as JSON over HTTP.
 */
@NullMarked
package org.relaycontrol.webadmin;

import org.jspecify.annotations.NullMarked;
