/**
 * What follows from a policy: a proof that it is no open relay, warnings, who may relay where, and how two policies differ. Everything is
 * computed over the exact partition of all envelopes into classes that the policies do not tell apart; for each class the decision itself
 * is asked. No I/O.
 */
@NullMarked
package org.relaycontrol.analysis;

import org.jspecify.annotations.NullMarked;
