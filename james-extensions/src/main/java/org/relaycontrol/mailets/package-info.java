/** Mailets for {@code mailetcontainer.xml}: sending recipients where the policy says. */
@NullMarked
package org.relaycontrol.mailets;

import org.jspecify.annotations.NullMarked;
