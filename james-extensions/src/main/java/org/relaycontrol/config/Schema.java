package org.relaycontrol.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.relaycontrol.policy.Rule;

/**
 * The structure that {@code relaycontrol.xsd} gives the policy file: which element takes which elements, attributes and values. Checks
 * the same as a validator, but says what to write. Understands what the shipped schema uses: named types, groups and attribute groups,
 * enumerations, text. How often an element may occur is left to the reader of the element. Immutable.
 */
final class Schema {

    private static final String RESOURCE = "/org/relaycontrol/relaycontrol.xsd";
    private static final String TEXT = "xs:string";
    private static final Set<String> FOR_EDITORS = Set.of("xmlns:xsi", "xsi:noNamespaceSchemaLocation", "xsi:schemaLocation");

    private final Map<String, XmlElement> definitions = new HashMap<>();
    private final Map<String, ElementType> types = new HashMap<>();
    private final String rootName;

    private Schema(XmlElement schema) {
        for (XmlElement definition : schema.children()) {
            definitions.put(definition.name() + " " + definition.attribute("name"), definition);
        }
        for (XmlElement type : schema.children("xs:complexType")) {
            ElementType elementType = new ElementType();
            collect(type, elementType);
            types.put(required(type, "name"), elementType);
        }
        types.put(TEXT, new ElementType());
        rootName = required(schema.children("xs:element").get(0), "name");
    }

    /** The schema in the jar. */
    static Schema shipped() {
        try (InputStream resource = Objects.requireNonNull(Schema.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            Problems problems = new Problems(RESOURCE);
            String text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            return new Schema(Objects.requireNonNull(XmlReader.read(text, RESOURCE, problems), RESOURCE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void collect(XmlElement particle, ElementType type) {
        for (XmlElement child : particle.children()) {
            if (child.name().equals("xs:element")) {
                type.children.put(required(child, "name"), required(child, "type"));
            } else if (child.name().equals("xs:attribute")) {
                type.attributes.put(required(child, "name"), attributeType(child));
            } else if (child.attribute("ref") != null) {
                collect(Objects.requireNonNull(definitions.get(child.name() + " " + child.attribute("ref"))), type);
            } else {
                collect(child, type);
            }
        }
    }

    private AttributeType attributeType(XmlElement attribute) {
        XmlElement simpleType = definitions.get("xs:simpleType " + attribute.attribute("type"));
        List<String> values = simpleType == null ? List.of() : simpleType.children("xs:restriction").get(0).children().stream()
            .map(enumeration -> required(enumeration, "value"))
            .collect(Collectors.toUnmodifiableList());
        return new AttributeType("required".equals(attribute.attribute("use")), values);
    }

    private static String required(XmlElement element, String attribute) {
        return Objects.requireNonNull(element.attribute(attribute), attribute);
    }

    /** Reports every departure from the schema; returns whether the root element is the right one, so that reading on makes sense. */
    boolean check(XmlElement root, Problems problems) {
        if (!root.name().equals(rootName)) {
            problems.add(Rule.of(root.file(), root.line()), "the root element is <" + root.name() + ">; write <" + rootName + ">");
            return false;
        }
        check(root, rootName, problems);
        return true;
    }

    /** The attributes that elements of a type may have. */
    Set<String> attributes(String typeName) {
        return Objects.requireNonNull(types.get(typeName), typeName).attributes.keySet();
    }

    /** Reports every departure of an element from its type. */
    void check(XmlElement element, String typeName, Problems problems) {
        String file = element.file();
        ElementType type = Objects.requireNonNull(types.get(typeName), typeName);
        Rule where = Rule.of(file, element.line());
        element.attributes().forEach((name, value) -> {
            AttributeType attribute = type.attributes.get(name);
            if (attribute != null) {
                if (!attribute.values.isEmpty() && !attribute.values.contains(value.strip())) {
                    problems.add(where, name + "=\"" + value + "\" is unknown; write " + choice(attribute.values));
                }
            } else if (!FOR_EDITORS.contains(name)) {
                problems.add(where, unknownAttribute(element.name(), name, type));
            }
        });
        type.attributes.forEach((name, attribute) -> {
            if (attribute.required && element.attribute(name) == null) {
                problems.add(where, "<" + element.name() + "> has no " + name + "; write " + name + "=\""
                    + (attribute.values.isEmpty() ? "…" : String.join("|", attribute.values)) + "\"");
            }
        });
        if (!typeName.equals(TEXT) && !element.text().isEmpty()) {
            problems.add(Rule.of(file, element.textLine()), "the text '" + element.text() + "' is between the elements of <"
                + element.name() + ">; " + writeElements(type));
        }
        for (XmlElement child : element.children()) {
            String childType = type.children.get(child.name());
            if (childType == null) {
                problems.add(Rule.of(file, child.line()), "<" + child.name() + "> is unknown within <" + element.name() + ">; "
                    + (typeName.equals(TEXT) ? "write text alone" : writeElements(type)));
            } else {
                check(child, childType, problems);
            }
        }
    }

    private static String unknownAttribute(String element, String attribute, ElementType type) {
        return "<" + element + "> has the unknown attribute '" + attribute + "'; "
            + (type.attributes.isEmpty() ? "remove it, <" + element + "> takes none" : "write " + oneOf(type.attributes.keySet()));
    }

    private static String writeElements(ElementType type) {
        return type.children.isEmpty() ? "remove it, only attributes belong there" : "write " + oneOf(type.children.keySet().stream()
            .map(name -> "<" + name + ">")
            .collect(Collectors.toCollection(ArrayList::new)));
    }

    private static String oneOf(Iterable<String> names) {
        String joined = String.join(", ", names);
        return joined.indexOf(',') < 0 ? joined : "one of " + joined;
    }

    private static String choice(List<String> values) {
        return String.join(", ", values.subList(0, values.size() - 1)) + " or " + values.get(values.size() - 1);
    }

    /** What an element may have: elements by name with the name of their type, attributes by name. */
    private static final class ElementType {

        private final Map<String, String> children = new LinkedHashMap<>();
        private final Map<String, AttributeType> attributes = new LinkedHashMap<>();
    }

    /** Whether an attribute must be there, and its values; none for free text. */
    private static final class AttributeType {

        private final boolean required;
        private final List<String> values;

        AttributeType(boolean required, List<String> values) {
            this.required = required;
            this.values = values;
        }
    }
}
