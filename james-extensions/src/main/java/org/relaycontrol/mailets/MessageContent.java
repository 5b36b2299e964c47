package org.relaycontrol.mailets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.apache.mailet.base.Converter7Bit;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.smtpclient.Content;

/**
 * The message of a mail as it is sent: without {@code Bcc} and {@code Content-Length}, which James's own SMTP client leaves out, too. It is
 * read once to see its size and whether it is 8-bit, and again when it is sent unless it is small. By reflection, since the package of
 * messages differs between James 3.8 (javax) and 3.9 (jakarta).
 */
final class MessageContent implements Content {

    private static final int MAX_IN_MEMORY = 256 * 1024;
    private static final String[] LEFT_OUT = {"Bcc", "Content-Length"};

    private static final Method GET_MESSAGE = method(Mail.class, "getMessage");
    private static final Class<?> MESSAGE = GET_MESSAGE.getReturnType();
    private static final Method WRITE_TO = method(MESSAGE, "writeTo", OutputStream.class, String[].class);
    private static final Method CONVERT = method(Converter7Bit.class, "convertTo7Bit", MESSAGE);

    private final Mail mail;
    private final MailetContext context;
    private final long size;
    private final boolean eightBit;
    private final byte @Nullable [] bytes;

    private MessageContent(Mail mail, MailetContext context, Scan scan) {
        this.mail = mail;
        this.context = context;
        this.size = scan.size;
        this.eightBit = scan.eightBit;
        this.bytes = scan.bytes();
    }

    /**
     * The message of the mail. The context is named in the header of a message that is converted to 7 bit.
     *
     * @throws IOException if it cannot be read
     */
    static MessageContent of(Mail mail, MailetContext context) throws IOException {
        Scan scan = new Scan();
        write(mail, scan);
        return new MessageContent(mail, context, scan);
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) {
        try {
            return type.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("this James has no " + type.getName() + "." + name, e);
        }
    }

    private static void write(Mail mail, OutputStream out) throws IOException {
        call(WRITE_TO, message(mail), out, LEFT_OUT);
    }

    private static Object message(Mail mail) throws IOException {
        Object message = call(GET_MESSAGE, mail);
        if (message == null) {
            throw new IOException("the mail has no message");
        }
        return message;
    }

    private static @Nullable Object call(Method method, Object object, Object... arguments) throws IOException {
        try {
            return method.invoke(object, arguments);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot call " + method, e);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException) {
                throw (IOException) cause;
            }
            throw new IOException("cannot read the message: " + cause, cause);
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isEightBit() {
        return eightBit;
    }

    /** Like James's own SMTP client, by changing the encoding of its parts; the mail itself stays as it is. */
    @Override
    public Content toSevenBit() throws IOException {
        Mail copy = null;
        try {
            copy = mail.duplicate();
            call(CONVERT, new Converter7Bit(context), message(copy));
            Scan scan = new Scan(Integer.MAX_VALUE);
            write(copy, scan);
            return new MessageContent(copy, context, scan);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot convert the message to 7 bit: " + e, e);
        } finally {
            LifecycleUtil.dispose(copy);
        }
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        if (bytes != null) {
            out.write(bytes, 0, bytes.length);
        } else {
            write(mail, out);
        }
    }

    /** Looks at what is written, and keeps it as long as it is not too much. */
    private static final class Scan extends OutputStream {

        private final int max;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream(8 * 1024);
        private long size;
        private boolean eightBit;

        private Scan() {
            this(MAX_IN_MEMORY);
        }

        private Scan(int max) {
            this.max = max;
        }

        private byte @Nullable [] bytes() {
            return size <= max ? kept.toByteArray() : null;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] data, int offset, int length) {
            for (int i = offset; i < offset + length && !eightBit; i++) {
                eightBit = data[i] < 0;
            }
            size += length;
            if (size <= max) {
                kept.write(data, offset, length);
            } else {
                kept.reset();
            }
        }
    }
}
