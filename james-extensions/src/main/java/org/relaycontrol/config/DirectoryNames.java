package org.relaycontrol.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.NextHops.Tls;

/**
 * The directories ({@code directories}) that recipients are verified by, and what {@code directory} makes of them.
 */
final class DirectoryNames {

    private final PolicyFile file;
    private final Map<String, XmlElement> elements = new LinkedHashMap<>();
    private final Map<String, LdapDirectory> named = new LinkedHashMap<>();

    private DirectoryNames(PolicyFile file) {
        this.file = file;
    }

    /** Reads the directories of the whole file. */
    static DirectoryNames read(PolicyFile file, XmlElement relaycontrol) {
        DirectoryNames names = new DirectoryNames(file);
        XmlElement directories = file.single(relaycontrol, "directories");
        if (directories != null) {
            directories.children("ldapDirectory").forEach(names::read);
        }
        return names;
    }

    private void read(XmlElement element) {
        String written = element.attribute("passwordFile");
        String passwordFile = written == null || written.isEmpty() ? written : file.passwordFile(element, written);
        String name = element.attribute("name");
        String urls = element.attribute("urls");
        String base = element.attribute("base");
        if (name == null || !isUsable(element, name) || urls == null || base == null) {
            return;
        }
        LdapDirectory.Builder builder = file.parse(element, () -> LdapDirectory.builder(name, urls, base));
        if (builder == null) {
            return;
        }
        for (Tls tls : Tls.values()) {
            if (tls.toString().equals(element.attribute("tls"))) {
                file.parse(element, () -> builder.tls(tls));
            }
        }
        file.parse(element, () -> builder.bind(element.attribute("bindDn"), passwordFile));
        String filter = element.attribute("filter");
        if (filter != null) {
            file.parse(element, () -> builder.filter(filter));
        }
        LdapDirectory directory = file.parse(element, builder::build);
        if (directory != null) {
            named.put(name, directory);
        }
    }

    private boolean isUsable(XmlElement element, String name) {
        if (file.parse(element, () -> Names.check(name)) == null) {
            return false;
        }
        XmlElement before = elements.putIfAbsent(name, element);
        if (before != null) {
            file.problem(element, "the directory '" + name + "' is defined already on line " + before.line() + "; write another name");
            return false;
        }
        return true;
    }

    /** The directory of that name, or null after a problem. */
    @Nullable LdapDirectory get(XmlElement element, String name) {
        if (!elements.containsKey(name)) {
            file.problem(element, "directory=\"" + name + "\" names no directory; "
                + (elements.isEmpty() ? "" : "write " + (elements.size() > 1 ? "one of " : "") + String.join(", ", elements.keySet())
                + ", or ")
                + "define it: <directories><ldapDirectory name=\"" + name + "\" urls=\"…\" base=\"…\"/></directories>");
        }
        return named.get(name);
    }
}
