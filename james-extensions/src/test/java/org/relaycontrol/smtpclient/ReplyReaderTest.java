package org.relaycontrol.smtpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies as servers write them, well and badly. */
class ReplyReaderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static ReplyReader reader(InputStream in) throws IOException {
        return new ReplyReader(new Socket() {
            @Override
            public InputStream getInputStream() {
                return in;
            }

            @Override
            public void setSoTimeout(int timeout) {
                // What is read is there already.
            }
        });
    }

    private static ReplyReader reader(String text) throws IOException {
        return reader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldReadOneReplyAfterAnother() throws IOException {
        ReplyReader reader = reader("220 hop ESMTP\r\n250-hop\r\n250-SIZE 10\r\n250 HELP\r\n354\r\n421 bye\n");

        assertThat(reader.read(PATIENCE)).hasToString("220 hop ESMTP");
        Reply ehlo = reader.read(PATIENCE);
        assertThat(ehlo.code()).isEqualTo(250);
        assertThat(ehlo.lines()).containsExactly("hop", "SIZE 10", "HELP");
        assertThat(ehlo).hasToString("250 hop SIZE 10 HELP");
        assertThat(reader.read(PATIENCE).isIntermediate()).isTrue();
        assertThat(reader.hasUnread()).isTrue();
        assertThat(reader.read(PATIENCE).isClosing()).isTrue();
        assertThat(reader.hasUnread()).isFalse();
        assertThatThrownBy(() -> reader.read(PATIENCE)).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n", "\r\n", "25\r\n", "250.ok\r\n", "199 ok\r\n", "600 ok\r\n", "-50 ok\r\n"})
    void shouldRefuseWhatIsNoReply(String text) {
        assertThatThrownBy(() -> reader(text).read(PATIENCE)).isInstanceOf(IOException.class).hasMessageStartingWith("no SMTP reply");
    }

    @Test
    void shouldKeepLongLinesWithinBounds() throws IOException {
        Reply reply = reader("250 " + "x".repeat(100_000) + "\r\n").read(PATIENCE);

        assertThat(reply.lines().get(0)).hasSize(ReplyReader.MAX_LINE - 4);
        assertThat(reply.toString()).hasSizeLessThan(600).endsWith("...");
    }

    @Test
    void shouldNotReadARepliesWithoutEnd() {
        assertThatThrownBy(() -> reader("250-x\r\n".repeat(1000)).read(PATIENCE)).hasMessageContaining("lines");
    }

    @Test
    void shouldNotWaitLongerForAReplyThatDribbles() throws IOException {
        ReplyReader reader = reader(new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                bytes[offset] = 'x';
                return 1;
            }
        });

        assertThatThrownBy(() -> reader.read(Duration.ofMillis(20))).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void shouldMakeTextFitForLogLines() throws IOException {
        assertThat(reader("550 5.1.1 no\u0000 such \u001b[31m user\t\r\n").read(PATIENCE)).hasToString("550 5.1.1 no such [31m user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"452 4.5.3 too many", "552 5.5.3 too many"})
    void shouldKnowEnhancedCodes(String line) throws IOException {
        Reply reply = reader(line + "\r\n").read(PATIENCE);

        assertThat(reply.isEnhanced()).isTrue();
        assertThat(reply.hasDetail("5.3")).isTrue();
        assertThat(reply.hasDetail("5.30")).isFalse();
        assertThat(reader("452 2 many\r\n").read(PATIENCE).isEnhanced()).isFalse();
    }
}
