package org.relaycontrol.smtpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Line ends and dots. */
class MessageOutputTest {

    private static String sent(List<String> parts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MessageOutput message = new MessageOutput(out);
        for (String part : parts) {
            message.write(part.getBytes(StandardCharsets.ISO_8859_1));
        }
        message.finish();
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "'',                '.|'",
        "a,                 'a|.|'",
        "'a|',              'a|.|'",
        "'a||b|',           'a||b|.|'",
        ".,                 '..|.|'",
        "'.|..|a.|',        '..|...|a.|.|'",
        "'a`.`b',           'a|..|b|.|'",
        "'a^.^b',           'a|..|b|.|'",
        "'a`^b',            'a||b|.|'",
        "'a^^b^',           'a||b|.|'",
    })
    void shouldEndLinesAndDoubleDots(String message, String expected) throws IOException {
        assertThat(sent(List.of(text(message)))).isEqualTo(text(expected));
    }

    /** For CRLF, LF and CR there are marks that a table takes. */
    private static String text(String marked) {
        return marked.replace("|", "\r\n").replace("`", "\n").replace("^", "\r");
    }

    @Provide
    Arbitrary<List<String>> parts() {
        return Arbitraries.strings().withChars(".\r\na").ofMaxLength(6).list().ofMaxSize(5);
    }

    /** Otherwise the server sees the end of the message, and what follows as commands. */
    @Property
    void shouldNeverEndTheMessageEarlyHoweverItIsCut(@ForAll("parts") List<String> parts) throws IOException {
        String sent = sent(parts);

        assertThat(sent.indexOf("\r\n.\r\n") + 5 == sent.length() || sent.equals(".\r\n")).isTrue();
        assertThat(sent.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(sent).isEqualTo(sent(List.of(String.join("", parts))));
        String received = ("\r\n" + sent.substring(0, sent.length() - 3)).replace("\r\n..", "\r\n.").substring(2);
        String normal = String.join("", parts).replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
        assertThat(received).isEqualTo(normal.isEmpty() || normal.endsWith("\r\n") ? normal : normal + "\r\n");
    }
}
