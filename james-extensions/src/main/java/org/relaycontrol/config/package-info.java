/**
 * The policy file and its list files, read into an immutable policy. All problems are found at once, each with file, line, what is wrong
 * and what to write instead; a policy with a problem does not exist. Uses the JDK and the policy package alone.
 *
 * <p>The policy file: XML in UTF-8 or in the encoding its XML declaration names; structure as {@code relaycontrol.xsd} says; no DOCTYPE,
 * so no entities.
 *
 * <p>List files: UTF-8, a byte order mark and CRLF line ends tolerated; one entry a line, white space around it dropped;
 * {@code #} starts a comment; anything else after white space is reserved and an error, and so is a carriage return within. A file
 * without any entry or comment is an error, since it is more likely lost than meant.
 *
 * <p>Managed lists ({@code managed}, edited by programs: {@link org.relaycontrol.config.ManagedList}) are list files that may be missing or
 * empty, and in which {@code key=value} attributes may follow an entry: {@code expires=} with an ISO 8601 date and time with time zone,
 * from which on the entry does not count; of domains also those of the {@code domain} element, in place of those that the
 * {@code domains} element gives them all. A value with white space, quotes, {@code #} or backslashes stands in quotes, with a backslash
 * before quotes and backslashes.
 */
@NullMarked
package org.relaycontrol.config;

import org.jspecify.annotations.NullMarked;
