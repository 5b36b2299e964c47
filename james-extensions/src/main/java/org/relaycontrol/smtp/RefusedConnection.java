package org.relaycontrol.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * What remains of a connection that was refused with 554 (RFC 5321 section 3.1): every command but QUIT is answered 503, and the connection
 * is closed at QUIT or after {@link #MAX_COMMANDS} commands. Takes the lines of the session before any command handler. Confined to the
 * session.
 */
final class RefusedConnection implements LineHandler<SMTPSession> {

    static final int MAX_COMMANDS = 3;

    private int commands;

    private RefusedConnection() {
    }

    /** From now on the session is refused. */
    static void refuse(SMTPSession session) {
        // What follows a refused STARTTLS is no command injection, for nothing is obeyed.
        session.stopDetectingCommandInjection();
        session.pushLineHandler(new RefusedConnection());
    }

    @Override
    public Response onLine(SMTPSession session, byte[] line) {
        commands++;
        boolean quit = new String(line, StandardCharsets.US_ASCII).strip().toUpperCase(Locale.ROOT).equals("QUIT");
        SMTPResponse response = quit
            ? new SMTPResponse(SMTPRetCode.SYSTEM_QUIT, "2.0.0 " + session.getConfiguration().getHelloName() + " closing connection")
            : new SMTPResponse(SMTPRetCode.BAD_SEQUENCE, "5.5.1 Connection refused");
        response.setEndSession(quit || commands >= MAX_COMMANDS);
        return response;
    }
}
