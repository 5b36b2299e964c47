/** Matchers for {@code mailetcontainer.xml}: which recipients go where by the policy. */
@NullMarked
package org.relaycontrol.matchers;

import org.jspecify.annotations.NullMarked;
