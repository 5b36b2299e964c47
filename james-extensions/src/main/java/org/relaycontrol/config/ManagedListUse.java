package org.relaycontrol.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Rule;

/**
 * Where a policy file uses a managed list ({@code managed}). Immutable.
 */
public final class ManagedListUse {

    /** The list of recipient domains: {@code routing}. */
    public static final String DOMAINS = "domains";

    private final @Nullable String policy;
    private final String list;
    private final String file;
    private final Rule rule;
    private final Map<String, String> defaults;
    private final ManagedList managedList;

    private ManagedListUse(@Nullable String policy, String list, XmlElement element, Path folder) {
        this.policy = policy;
        this.list = list;
        this.file = String.valueOf(element.attribute(PolicyFile.MANAGED));
        this.rule = Rule.of(element.file(), element.line());
        Map<String, String> attributes = new LinkedHashMap<>(element.attributes());
        attributes.remove(PolicyFile.MANAGED);
        this.defaults = Map.copyOf(attributes);
        Path path = folder.resolve(file).toAbsolutePath();
        this.managedList = list.equals(DOMAINS)
            ? ManagedList.ofDomains(path, defaults.getOrDefault("match", "subtree"))
            : ManagedList.ofNetworks(path);
    }

    /** The uses in a policy file without problems, in its order. */
    static List<ManagedListUse> in(XmlElement relaycontrol, Path folder) {
        List<ManagedListUse> uses = new ArrayList<>();
        relaycontrol.children("routing").forEach(routing -> add(uses, null, DOMAINS, routing, folder));
        for (XmlElement policy : relaycontrol.children("policy")) {
            String written = policy.attribute("name");
            String name = written == null ? PolicyReader.DEFAULT_NAME : written;
            policy.children("routing").forEach(routing -> add(uses, name, DOMAINS, routing, folder));
            policy.children("connections").forEach(clients -> add(uses, name, clients.name(), clients, folder));
            policy.children("restrictions").forEach(restrictions -> restrictions.children()
                .forEach(clients -> add(uses, name, clients.name(), clients, folder)));
        }
        return List.copyOf(uses);
    }

    private static void add(List<ManagedListUse> uses, @Nullable String policy, String list, XmlElement element, Path folder) {
        for (XmlElement child : element.children()) {
            if (child.attribute(PolicyFile.MANAGED) != null) {
                uses.add(new ManagedListUse(policy, list, child, folder));
            }
        }
    }

    /** The name of the policy, or empty for what all policies share. */
    public Optional<String> policy() {
        return Optional.ofNullable(policy);
    }

    /** Which list: {@link #DOMAINS}, or the element that lists clients, {@code connections}, {@code clients} or {@code never}. */
    public String list() {
        return list;
    }

    /** The file as the policy file writes it. */
    public String file() {
        return file;
    }

    /** The line of the policy file. */
    public Rule rule() {
        return rule;
    }

    /** The attributes of the policy file's element: what entries mean that do not say otherwise. */
    public Map<String, String> defaults() {
        return defaults;
    }

    /** The list. */
    public ManagedList managedList() {
        return managedList;
    }
}
