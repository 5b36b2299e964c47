/**
 * An SMTP client (RFC 5321) that keeps its connections: PIPELINING (RFC 2920), 8BITMIME (6152), SIZE (1870), DSN (3461), SMTPUTF8 (6531),
 * AUTH PLAIN, LOGIN and CRAM-MD5 (4954), STARTTLS (3207) and TLS from the start (8314). It knows nothing of James, and says of each
 * recipient what the server answered, of each failure how far the conversation had come.
 */
@NullMarked
package org.relaycontrol.smtpclient;

import org.jspecify.annotations.NullMarked;
