package org.relaycontrol.policy;

/**
 * What is known of whether a recipient exists, where the routing entry says that somebody is to be asked ({@link Verification}).
 */
public enum RecipientStatus {
    /** Nobody has been asked: whom the rest of the table permits is permitted. */
    UNASKED,
    /** It exists. */
    KNOWN,
    /** It does not exist. */
    UNKNOWN,
    /** Somebody is being asked, and the answer is not there yet: the recipient is deferred, and its retry finds the answer. */
    PENDING,
    /** Who was asked could not tell, or could not be reached: {@link Verification#onFailure()} says what is done. */
    UNDETERMINED
}
