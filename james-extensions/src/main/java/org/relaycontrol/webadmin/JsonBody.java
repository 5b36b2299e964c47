package org.relaycontrol.webadmin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object that a request carries. Strict: a member that is not known, or is there twice, is an error. An empty body is an empty
 * object. Immutable.
 */
final class JsonBody {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();

    private final JsonNode object;

    private JsonBody(JsonNode object) {
        this.object = object;
    }

    /**
     * Reads a body.
     *
     * @throws RequestException if it is no JSON object
     */
    static JsonBody of(byte[] body) {
        if (body.length == 0) {
            return new JsonBody(MAPPER.createObjectNode());
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw RequestException.unusable("the body is no JSON: " + e.getOriginalMessage() + "; write an object");
        } catch (IOException e) {
            throw RequestException.unusable("the body is not text in UTF-8; write JSON");
        }
        if (!node.isObject()) {
            throw RequestException.unusable("the body is no JSON object; write one in braces");
        }
        return new JsonBody(node);
    }

    /**
     * Checks that there are no other members.
     *
     * @throws RequestException if there is one
     */
    JsonBody allow(String... members) {
        Iterator<String> names = object.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            if (!List.of(members).contains(name)) {
                throw RequestException.unusable("the member '" + name + "' is unknown; write "
                    + (members.length == 0 ? "an empty object" : "one of " + String.join(", ", members)));
            }
        }
        return this;
    }

    /**
     * A string, or null where it is absent or null.
     *
     * @throws RequestException if it is something else
     */
    @Nullable String text(String member) {
        JsonNode node = object.get(member);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw RequestException.unusable("'" + member + "' is no text; write a string");
        }
        return node.textValue();
    }

    /** A string, or empty where it is absent or null. */
    String textOrEmpty(String member) {
        String text = text(member);
        return text == null ? "" : text;
    }

    /** True or false, or null where it is absent or null. */
    @Nullable Boolean bool(String member) {
        JsonNode node = object.get(member);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isBoolean()) {
            throw RequestException.unusable("'" + member + "' is neither true nor false; write one of them");
        }
        return node.booleanValue();
    }

    /** An object whose members are strings, or empty where it is absent or null. */
    Map<String, String> texts(String member) {
        JsonNode node = object.get(member);
        if (node == null || node.isNull()) {
            return Map.of();
        }
        if (!node.isObject()) {
            throw RequestException.unusable("'" + member + "' is no object; write one whose members are strings");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        JsonBody inner = new JsonBody(node);
        node.fieldNames().forEachRemaining(name -> texts.put(name, inner.textOrEmpty(name)));
        return texts;
    }
}
