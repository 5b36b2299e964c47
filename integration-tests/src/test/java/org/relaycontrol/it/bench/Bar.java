package org.relaycontrol.it.bench;

/** A figure that a benchmark is to reach. */
final class Bar {
    private Bar() {
    }

    static void atMost(String what, double figure, double bar) {
        tell(what, figure, "at most", bar, figure <= bar);
    }

    static void atLeast(String what, double figure, double bar) {
        tell(what, figure, "at least", bar, figure >= bar);
    }

    private static void tell(String what, double figure, String relation, double bar, boolean met) {
        System.out.printf("%s: %s is %.2f, %s %.2f is asked for%n", met ? "met" : "NOT MET", what, figure, relation, bar);
    }
}
