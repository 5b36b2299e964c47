/**
 * The decision: who may relay what to where. Pure, immutable, on the JDK alone; knows nothing of James, files or logging.
 */
@NullMarked
package org.relaycontrol.policy;

import org.jspecify.annotations.NullMarked;
