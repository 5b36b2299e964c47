package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodings that show in the first octets of a file. */
class XmlTextTest {

    private static final String TEXT = "<relaycontrol><!-- M\u00fcller --></relaycontrol>";

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16BE", "UTF-16LE"})
    void shouldReadWithAndWithoutByteOrderMark(String encoding) {
        Charset charset = Charset.forName(encoding);
        Problems problems = new Problems("relaycontrol.xml");

        assertThat(XmlText.decode(TEXT.getBytes(charset), "relaycontrol.xml", problems)).isEqualTo(TEXT);
        assertThat(XmlText.decode(("\ufeff" + TEXT).getBytes(charset), "relaycontrol.xml", problems)).isEqualTo(TEXT);
    }

    @Test
    void shouldBelieveTheByteOrderMarkBeforeTheDeclaration() {
        String text = "<?xml version='1.0' encoding='ISO-8859-1'?>" + TEXT;

        assertThat(XmlText.decode(("\ufeff" + text).getBytes(StandardCharsets.UTF_8), "relaycontrol.xml", new Problems("relaycontrol.xml")))
            .isEqualTo(text);
    }
}
