/**
 * The command line: {@code java -jar james-relay-control.jar COMMAND}. Runs without James: it uses the policy, its configuration and its
 * analysis alone. Exit status 0 means yes, 1 no, 2 that the input was unusable. What is printed is UTF-8.
 */
@NullMarked
package org.relaycontrol.cli;

import org.jspecify.annotations.NullMarked;
