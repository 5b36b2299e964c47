package org.relaycontrol.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Lays out rows of cells as lines of text, indented by two spaces.
 */
final class Table {

    private Table() {
    }

    /**
     * One line a row; a column is as wide as its widest cell, but for cells beyond the limit, which stick out. The last column is not
     * filled up.
     */
    static List<String> lines(List<List<String>> rows, int widest) {
        int columns = rows.get(0).size();
        List<String> lines = new ArrayList<>();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                if (row.get(i).length() <= widest) {
                    widths[i] = Math.max(widths[i], row.get(i).length());
                }
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int i = 0; i < columns - 1; i++) {
                line.append(row.get(i)).append(" ".repeat(Math.max(0, widths[i] - row.get(i).length()) + 2));
            }
            lines.add(line.append(row.get(columns - 1)).toString());
        }
        return lines;
    }
}
