package org.relaycontrol.smtpclient;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A message given as text. */
final class Text implements Content {

    private final byte[] bytes;

    Text(String text) {
        bytes = text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public boolean isEightBit() {
        for (byte b : bytes) {
            if (b < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Content toSevenBit() {
        return new Text(new String(bytes, StandardCharsets.UTF_8).replaceAll("[^\\x00-\\x7f]", "?"));
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, bytes.length);
    }
}
