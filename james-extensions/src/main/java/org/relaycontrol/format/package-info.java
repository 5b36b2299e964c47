/**
 * What the command line and webadmin have in common: envelopes are read from texts, and what is said of policies is written as JSON.
 */
@NullMarked
package org.relaycontrol.format;

import org.jspecify.annotations.NullMarked;
