/**
 * The open-relay battery of {@code probe}: an SMTP client that says what spammers say, byte by byte, and what the server answered.
 *
 * <p>Everything that comes from the server is untrusted: replies are limited in length, number and time, and cleaned before they are shown.
 */
@NullMarked
package org.relaycontrol.cli.probe;

import org.jspecify.annotations.NullMarked;
