package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the README tells administrators to write into their files, so that what is run is just that. */
public final class Readme {

    private Readme() {
    }

    /**
     * The block of XML that begins so.
     *
     * @throws IllegalStateException if there is none
     */
    public static String xml(String beginning) {
        Matcher block = Pattern.compile("```xml\n(" + Pattern.quote(beginning) + ".*?)```", Pattern.DOTALL).matcher(text());
        if (!block.find()) {
            throw new IllegalStateException("README.md has no XML that begins with " + beginning);
        }
        return block.group(1);
    }

    private static String text() {
        try {
            return Files.readString(Distribution.samples().resolveSibling("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
