package org.relaycontrol.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Rule;

/**
 * Loads the policy file ({@code relaycontrol.xml}) and the list files it names. Reads files alone: no network, no DNS.
 */
public final class PolicyLoader {

    private static final Schema SCHEMA = Schema.shipped();

    private PolicyLoader() {
    }

    /**
     * Loads a policy file as it is now.
     *
     * @throws PolicyException with all problems, if there is any, one that the file or a list file cannot be read included
     */
    public static LoadedPolicies load(Path policyFile) throws PolicyException {
        return load(policyFile, Instant.now());
    }

    /**
     * Loads a policy file.
     *
     * @param now when: entries that have expired are left out
     * @throws PolicyException with all problems, if there is any, one that the file or a list file cannot be read included
     */
    public static LoadedPolicies load(Path policyFile, Instant now) throws PolicyException {
        return load(policyFile, now, FileAccess.toAll());
    }

    /**
     * Loads a policy file, with other contents in place of those of some files: what a change would give. It reads no files but those that
     * another load has read; to name one is a problem.
     *
     * @param now when: entries that have expired are left out
     * @param inPlaceOf the content to read in place of a file's, by its absolute path
     * @param others what may be read
     * @throws PolicyException with all problems, if there is any, one that the file or a list file cannot be read included
     */
    public static LoadedPolicies load(Path policyFile, Instant now, Map<Path, byte[]> inPlaceOf, FilesRead others) throws PolicyException {
        return load(policyFile, now, FileAccess.replacing(inPlaceOf, others));
    }

    private static LoadedPolicies load(Path policyFile, Instant now, FileAccess files) throws PolicyException {
        String name = String.valueOf(policyFile.getFileName());
        Path folder = policyFile.toAbsolutePath().resolveSibling("");
        Problems problems = new Problems(name);
        XmlElement relaycontrol = readXml(policyFile, name, files, problems);
        problems.throwIfAny(files);
        if (relaycontrol == null || !SCHEMA.check(relaycontrol, problems)) {
            problems.throwIfAny(files);
            throw new IllegalStateException(name + " was not read, and there is no problem");
        }
        // Only of managed lists entries expire, and then all files are needed once more.
        files.keep(usesManagedLists(relaycontrol));
        PolicyFile file = new PolicyFile(folder, name, SCHEMA, problems, files, now);
        XmlElement webadmin = file.single(relaycontrol, "webadmin");
        RelayPolicies policies = new PolicyReader(file).read(relaycontrol);
        LoadedPolicies.Loading again = file.expiries().isEmpty() ? null : later -> load(policyFile, later, files.again());
        return new LoadedPolicies(policies, problems.warnings(), accepted(relaycontrol, name), files.filesRead(),
            ManagedListUse.in(relaycontrol, folder), file.expiries(), again,
            webadmin != null && "true".equals(webadmin.attribute("unauthenticatedWrites")));
    }

    private static boolean usesManagedLists(XmlElement element) {
        return element.attribute(PolicyFile.MANAGED) != null || element.children().stream().anyMatch(PolicyLoader::usesManagedLists);
    }

    private static @Nullable XmlElement readXml(Path policyFile, String name, FileAccess files, Problems problems) {
        byte[] octets;
        try (InputStream in = files.open(policyFile, name)) {
            octets = in.readAllBytes();
        } catch (IOException e) {
            problems.add(Rule.of(name, 0), unreadable(policyFile, e));
            return null;
        }
        String text = XmlText.decode(octets, name, problems);
        if (text == null) {
            return null;
        }
        if (text.isBlank()) {
            problems.add(Rule.of(name, 1), "the file is empty; write at least <relaycontrol><policy/></relaycontrol>");
            return null;
        }
        return XmlReader.read(text, name, problems);
    }

    private static String unreadable(Path policyFile, IOException e) {
        Path absolute = policyFile.toAbsolutePath();
        if (e instanceof NoSuchFileException) {
            return "there is no " + absolute + "; create it, for example from one of the samples";
        }
        if (Files.isDirectory(policyFile)) {
            return absolute + " is a directory; put the policy file in its place";
        }
        if (e instanceof AccessDeniedException) {
            return absolute + " cannot be read; let the user that James runs as read it";
        }
        return absolute + " cannot be read (" + e + "); put a readable file in its place";
    }

    private static List<AcceptedWarning> accepted(XmlElement relaycontrol, String name) {
        return relaycontrol.children("accept").stream()
            .map(accept -> new AcceptedWarning(String.valueOf(accept.attribute("warning")), String.valueOf(accept.attribute("why")),
                Rule.of(name, accept.line())))
            .collect(Collectors.toUnmodifiableList());
    }
}
