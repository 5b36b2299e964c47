package org.relaycontrol.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An XML element as it is written, with the file and line of its start tag. Names are qualified names: prefixes are not resolved.
 */
final class XmlElement {

    private final String name;
    private final String file;
    private final int line;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<XmlElement> children = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int textLine;

    XmlElement(String name, String file, int line) {
        this.name = name;
        this.file = file;
        this.line = line;
    }

    void attribute(String attribute, String value) {
        attributes.put(attribute, value);
    }

    void child(XmlElement child) {
        children.add(child);
        text.append(' ');
    }

    /** Adds text whose first character that is not white space is on this line. */
    void text(String more, int firstLine) {
        if (textLine == 0 && !more.isBlank()) {
            textLine = firstLine;
        }
        text.append(more);
    }

    String name() {
        return name;
    }

    /** The file's name as it is to be printed. */
    String file() {
        return file;
    }

    /** The line on which the start tag begins, counted from 1. */
    int line() {
        return line;
    }

    /** The value of the attribute, without white space around it, or null. */
    @Nullable String attribute(String attribute) {
        String value = attributes.get(attribute);
        return value == null ? null : value.strip();
    }

    /** The attributes in the order of the file. */
    Map<String, String> attributes() {
        return Collections.unmodifiableMap(attributes);
    }

    List<XmlElement> children() {
        return Collections.unmodifiableList(children);
    }

    List<XmlElement> children(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).collect(Collectors.toUnmodifiableList());
    }

    /** The text directly in this element, without white space around it. */
    String text() {
        return text.toString().strip();
    }

    /** The line on which the text begins, or 0 without text. */
    int textLine() {
        return textLine;
    }
}
