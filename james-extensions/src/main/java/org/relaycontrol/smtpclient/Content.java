package org.relaycontrol.smtpclient;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The message of a transaction. It can be written as often as it takes; lines end with CRLF, dots are not doubled.
 */
public interface Content {

    /** Its size in bytes, to be declared to the server (RFC 1870); may be a little off. */
    long size();

    /** Whether any byte has its highest bit set. */
    boolean isEightBit();

    /**
     * The message for a server that takes 7-bit messages alone (RFC 6152 section 3).
     *
     * @throws IOException if it cannot be converted
     */
    Content toSevenBit() throws IOException;

    /**
     * Writes the whole message.
     *
     * @throws IOException if it cannot be read or written
     */
    void writeTo(OutputStream out) throws IOException;
}
