package org.relaycontrol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What the fuzz targets have in common. Not thread-safe, as Jazzer is not. */
public final class Invariants {

    private Invariants() {
    }

    /** Problems of files are each one line that says where, what is wrong and what to write instead. */
    public static void checkProblems(String files, List<?> problems) {
        assertThat(problems).isNotEmpty().allSatisfy(problem ->
            assertThat(problem.toString()).matches("(?:" + files + "):[1-9][0-9]*: [^;\\r\\n][^\\r\\n]*; [^\\r\\n]+"));
    }

    /** A text that is refused is so with what is wrong and what to write instead; line ends of the text itself may be repeated. */
    public static void checkRefusal(IllegalArgumentException refusal) {
        // Subclasses are accidents, such as NumberFormatException.
        assertThat(refusal.getClass()).isEqualTo(IllegalArgumentException.class);
        assertThat(refusal.getMessage()).matches("(?s).+; .+");
    }
}
