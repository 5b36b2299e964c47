package org.relaycontrol.smtp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * James's own list of SMTP handlers, on its way to becoming ours: class names in the order in which James wires them. Immutable.
 */
final class HandlerList {

    private final List<String> handlers;

    private HandlerList(List<String> handlers) {
        this.handlers = List.copyOf(handlers);
    }

    static HandlerList of(List<String> handlers) {
        return new HandlerList(handlers);
    }

    /**
     * The list with one handler replaced by others, in this order, or by none.
     *
     * @throws IllegalStateException unless the list has the handler exactly once: another James version may have moved what it does
     *     elsewhere, and then its relaying could no longer be controlled here
     */
    HandlerList replace(Class<?> stock, Class<?>... replacements) {
        int occurrences = Collections.frequency(handlers, stock.getName());
        if (occurrences != 1) {
            throw new IllegalStateException("James's list of SMTP handlers has " + stock.getName() + " " + occurrences
                + " times instead of once; this version of James is not one that Relay Control knows");
        }
        List<String> replaced = new ArrayList<>(handlers);
        int index = replaced.indexOf(stock.getName());
        replaced.remove(index);
        for (int i = 0; i < replacements.length; i++) {
            replaced.add(index + i, replacements[i].getName());
        }
        return new HandlerList(replaced);
    }

    List<String> names() {
        return handlers;
    }
}
