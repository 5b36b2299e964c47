/**
 * What is decided is logged, counted and, if it was refused, remembered for a while.
 */
@NullMarked
package org.relaycontrol.monitor;

import org.jspecify.annotations.NullMarked;
