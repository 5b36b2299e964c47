/**
 * James SMTP hooks: the policy decides who may connect and, at RCPT, who may send to where; what was permitted is stamped on the mail.
 */
@NullMarked
package org.relaycontrol.smtp;

import org.jspecify.annotations.NullMarked;
