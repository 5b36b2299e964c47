package org.relaycontrol.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Rule;

/**
 * The octets of an XML file as text: in the encoding of its byte order mark, else of its XML declaration, else in UTF-8 (XML 1.0,
 * appendix F). Strict: an octet that is none of the encoding is a problem.
 */
final class XmlText {

    private static final char BYTE_ORDER_MARK = '\ufeff';
    private static final Pattern DECLARED = Pattern.compile("<\\?xml\\s[^>]*?encoding\\s*=\\s*[\"']([A-Za-z][A-Za-z0-9._-]*)[\"']");
    private static final int LONGEST_DECLARATION = 200;
    private static final String SAY_ENCODING = "save the file as UTF-8, or write in its first line the encoding it has, "
        + "like <?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>";

    private XmlText() {
    }

    /** The text without byte order mark, or null after a problem. */
    static @Nullable String decode(byte[] octets, String file, Problems problems) {
        Charset marked = byOrderMark(octets);
        String start = new String(octets, 0, Math.min(octets.length, LONGEST_DECLARATION), StandardCharsets.ISO_8859_1);
        Matcher declaration = DECLARED.matcher(start);
        if (marked != null || !declaration.lookingAt()) {
            return decode(octets, marked == null ? StandardCharsets.UTF_8 : marked, file, problems);
        }
        String name = declaration.group(1);
        if (!Charset.isSupported(name)) {
            problems.add(Rule.of(file, 1), "the encoding '" + name + "' is unknown; write encoding=\"UTF-8\" and save the file as UTF-8");
            return null;
        }
        Charset charset = Charset.forName(name);
        if (!new String(octets, 0, Math.min(octets.length, LONGEST_DECLARATION), charset).startsWith("<?xml")) {
            problems.add(Rule.of(file, 1), "the file is not in the encoding '" + name + "' that it names; write encoding=\"UTF-8\"");
            return null;
        }
        return decode(octets, charset, file, problems);
    }

    private static @Nullable Charset byOrderMark(byte[] octets) {
        int first = octets.length > 0 ? octets[0] & 0xff : -1;
        int second = octets.length > 1 ? octets[1] & 0xff : -1;
        if (first == 0xfe && second == 0xff || first == 0 && second == '<') {
            return StandardCharsets.UTF_16BE;
        }
        if (first == 0xff && second == 0xfe || first == '<' && second == 0) {
            return StandardCharsets.UTF_16LE;
        }
        return first == 0xef && second == 0xbb ? StandardCharsets.UTF_8 : null;
    }

    private static @Nullable String decode(byte[] octets, Charset charset, String file, Problems problems) {
        CharsetDecoder decoder = charset.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(octets);
        CharBuffer out = CharBuffer.allocate((int) (octets.length * (double) decoder.maxCharsPerByte()) + 1);
        CoderResult result = decoder.decode(in, out, true);
        out.flip();
        if (result.isError()) {
            int line = 1 + (int) out.chars().filter(c -> c == '\n').count();
            problems.add(Rule.of(file, line), String.format("the octet 0x%02x is not %s; ", octets[in.position()], charset) + SAY_ENCODING);
            return null;
        }
        String text = out.toString();
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }
}
