package org.relaycontrol.config;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Rule;

/**
 * Reads XML into elements with the lines of their start tags. A DOCTYPE is a problem, so there are no entities to expand or to fetch.
 */
final class XmlReader {

    private static final Pattern BARE_AMPERSAND = Pattern.compile("&(?!(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)");

    private final String file;
    private final Problems problems;
    private final String[] lines;
    private final Deque<XmlElement> open = new ArrayDeque<>();
    private @Nullable XmlElement root;

    private XmlReader(String text, String file, Problems problems) {
        this.file = file;
        this.problems = problems;
        this.lines = text.split("\r\n|\r|\n", -1);
    }

    /** The root element, or null after a problem: what is malformed or has a DOCTYPE is not read any further. */
    static @Nullable XmlElement read(String text, String file, Problems problems) {
        return new XmlReader(text, file, problems).read(text);
    }

    private @Nullable XmlElement read(String text) {
        if (text.stripLeading().charAt(0) != '<') {
            problems.add(Rule.of(file, 1), "the file does not begin like XML; write <relaycontrol> before everything else");
            return null;
        }
        int doctype = doctype(text);
        if (doctype >= 0) {
            int line = text.substring(0, doctype).split("\r\n|\r|\n", -1).length;
            problems.add(Rule.of(file, line), "the file has a DOCTYPE; remove the DOCTYPE and write what its entities stand for");
            return null;
        }
        try {
            XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(text));
            while (reader.hasNext()) {
                read(reader, reader.next());
            }
            return root;
        } catch (XMLStreamException e) {
            int line = Math.min(Math.max(1, e.getLocation().getLineNumber()), lines.length);
            problems.add(Rule.of(file, line), malformed(e, lines[line - 1]));
            return null;
        }
    }

    /**
     * Where the DOCTYPE begins, or -1: behind nothing but the XML declaration, processing instructions, comments and white space (XML 1.0,
     * production 22). Found before parsing, so that the parser never reads one.
     */
    private static int doctype(String text) {
        int at = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("<?", at)) {
                at = endOf("?>", text, at);
            } else if (text.startsWith("<!--", at)) {
                at = endOf("-->", text, at);
            } else {
                return text.startsWith("<!DOCTYPE", at) ? at : -1;
            }
        }
        return -1;
    }

    private static int endOf(String end, String text, int from) {
        int at = text.indexOf(end, from);
        return at < 0 ? text.length() : at + end.length();
    }

    /** The JDK's own parser: James's class path has others, with other features and messages. */
    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        // The parser's messages about prefixes are unreadable; ours say which names there are.
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        return factory;
    }

    private void read(XMLStreamReader reader, int event) {
        if (event == XMLStreamConstants.START_ELEMENT) {
            start(reader);
        } else if (event == XMLStreamConstants.END_ELEMENT) {
            open.pop();
        } else if ((event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) && !open.isEmpty()) {
            String text = reader.getText();
            int linesAfterStart = (int) text.stripLeading().chars().filter(c -> c == '\n').count();
            open.element().text(text, reader.getLocation().getLineNumber() - linesAfterStart);
        }
    }

    private void start(XMLStreamReader reader) {
        XmlElement element = new XmlElement(reader.getLocalName(), file, startLine(reader));
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String prefix = reader.getAttributePrefix(i);
            String localName = reader.getAttributeLocalName(i);
            element.attribute(prefix == null || prefix.isEmpty() ? localName : prefix + ":" + localName, reader.getAttributeValue(i));
        }
        if (root == null) {
            root = element;
        } else {
            open.element().child(element);
        }
        open.push(element);
    }

    /** The parser tells where a tag ends. It begins at the nearest {@code <} before: a tag has none inside. */
    private int startLine(XMLStreamReader reader) {
        int line = Math.min(reader.getLocation().getLineNumber(), lines.length);
        int from = reader.getLocation().getColumnNumber() - 2;
        while (line > 1 && lines[line - 1].lastIndexOf('<', from) < 0) {
            line--;
            from = Integer.MAX_VALUE;
        }
        return line;
    }

    private String malformed(XMLStreamException e, String line) {
        String message = String.valueOf(e.getMessage());
        int start = message.indexOf("\nMessage: ");
        String reason = (start < 0 ? message : message.substring(start + "\nMessage: ".length())).strip();
        String reasonAlone = reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
        XmlElement innermost = open.peek();
        String within = innermost == null ? "" : ", within <" + innermost.name() + "> of line " + innermost.line();
        return "the file is not well-formed XML" + within + ": " + reasonAlone + "; "
            + (BARE_AMPERSAND.matcher(line).find() ? "write &amp; for &" : "correct it") + ", nothing else has been checked";
    }
}
