package org.relaycontrol.webadmin;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.ManagedEntry;
import org.relaycontrol.config.ManagedListUse;

/**
 * An entry of a managed list, as it is written there. What it does not say, the list's element in the policy file says.
 */
final class ManagedEntryJson {

    /** The members by which requests and answers know the attributes of the policy file. */
    private static final Map<String, String> ATTRIBUTES = attributes();

    private ManagedEntryJson() {
    }

    private static Map<String, String> attributes() {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("match", "match");
        attributes.put("action", "action");
        attributes.put("next_hop", "nextHop");
        attributes.put("via", "via");
        attributes.put("reply", "reply");
        attributes.put("allow_sender_specified_routing", "allowSenderSpecifiedRouting");
        attributes.put("verify", "verify");
        attributes.put("directory", "directory");
        attributes.put("verify_timeout", "verifyTimeout");
        attributes.put("verify_ttl", "verifyTtl");
        attributes.put("verify_negative_ttl", "verifyNegativeTtl");
        attributes.put("verify_on_failure", "verifyOnFailure");
        return attributes;
    }

    static Map<String, Object> of(ManagedListUse use, ManagedEntry entry) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("file", use.file());
        object.put("name", entry.name());
        ATTRIBUTES.forEach((member, attribute) -> {
            String value = entry.attributes().get(attribute);
            if (value != null) {
                object.put(member, value);
            }
        });
        object.put("expires", entry.attributes().get(ManagedEntry.EXPIRES));
        return object;
    }

    /** The names of the members that a request may have. */
    static String[] members() {
        return ATTRIBUTES.keySet().toArray(new String[0]);
    }

    /** The attributes of the policy file that a request states, in their order. */
    static Map<String, String> attributes(JsonBody body) {
        Map<String, String> attributes = new LinkedHashMap<>();
        ATTRIBUTES.forEach((member, attribute) -> {
            String text = member.equals("allow_sender_specified_routing") ? bool(body, member) : body.text(member);
            if (text != null) {
                attributes.put(attribute, text);
            }
        });
        return attributes;
    }

    private static @Nullable String bool(JsonBody body, String member) {
        Boolean value = body.bool(member);
        return value == null ? null : value.toString();
    }
}
