package org.relaycontrol.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * CSV as RFC 4180 has it: what is written is read again, and a malformed row costs itself alone.
 */
class CsvTest {

    /** Rows as {@code field|field}; a malformed row as {@code !}. */
    private static List<String> read(InputStream in) throws IOException {
        CsvReader reader = new CsvReader(in);
        List<String> rows = new ArrayList<>();
        while (reader.next()) {
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < reader.fieldCount(); i++) {
                fields.add(reader.text(i));
            }
            rows.add(reader.line() + ":" + (reader.problem() == null ? String.join("|", fields) : "!"));
        }
        return rows;
    }

    private static List<String> read(String text) throws IOException {
        return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldReadFields() throws Exception {
        assertThat(read("a,b,c\n1,,3\n,,\n")).containsExactly("1:a|b|c", "2:1||3", "3:||");
    }

    @Test
    void shouldReadQuotedFields() throws Exception {
        assertThat(read("\"a\",\"b,c\",\"d \"\"e\"\"\"\n\"\",x\n")).containsExactly("1:a|b,c|d \"e\"", "2:|x");
    }

    @Test
    void shouldReadLineEndsInQuotesAndCountThem() throws Exception {
        assertThat(read("\"a\nb\",\"c\r\nd\"\nx,y\n")).containsExactly("1:a\nb|c\r\nd", "4:x|y");
    }

    @Test
    void shouldReadLinesThatEndInCrLf() throws Exception {
        assertThat(read("a,b\r\n\"c\",d\r\n")).containsExactly("1:a|b", "2:c|d");
    }

    @Test
    void shouldReadALastLineWithoutEnd() throws Exception {
        assertThat(read("a,b\nc,")).containsExactly("1:a|b", "2:c|");
    }

    @Test
    void shouldSkipEmptyLinesAndAByteOrderMark() throws Exception {
        assertThat(read("\ufeffa,b\n\n\r\nc,d\n\n")).containsExactly("1:a|b", "4:c|d");
        assertThat(read("\ufeff\"a\"\n")).containsExactly("1:a");
        assertThat(read("")).isEmpty();
        assertThat(read("\ufeff")).isEmpty();
        assertThat(read("\n\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\"b,c", "\"a\"b,c", "\"a,b", "a,\"b", "a\rb", "a\r\r", "\"a\" ,b", "\""})
    void shouldLoseOnlyTheMalformedRow(String malformed) throws Exception {
        assertThat(read("x,y\n" + malformed + "\nz,\"0\"\n\n1,2\n")).startsWith("1:x|y", "2:!").endsWith("5:1|2").contains("3:z|0");
        assertThat(read("x,y\n" + malformed)).containsExactly("1:x|y", "2:!");
    }

    @Test
    void shouldGoOnAfterTheFirstLineOfAMalformedRow() throws Exception {
        assertThat(read("\"a\nb,c\nd,\"e\nf\"\n")).containsExactly("1:!", "2:b|c", "3:d|e\nf");
    }

    @Test
    void shouldNotTakeAnEndlessRow() throws Exception {
        byte[] letters = "a".repeat(3 * CsvReader.MAX_ROW).getBytes(StandardCharsets.US_ASCII);
        for (String start : List.of("", "\"")) {
            InputStream in = new SequenceInputStream(new ByteArrayInputStream(start.getBytes(StandardCharsets.US_ASCII)),
                new SequenceInputStream(new ByteArrayInputStream(letters),
                    new ByteArrayInputStream("\nb,c\n".getBytes(StandardCharsets.US_ASCII))));
            assertThat(read(in)).containsExactly("1:!", "2:b|c");
        }
    }

    @Test
    void shouldTakeARowOfManyFieldsAndALongOne() throws Exception {
        String many = "f,".repeat(500) + "f";
        String longField = "a".repeat(CsvReader.MAX_ROW / 2);
        assertThat(read(many + "\n" + longField + ",b\n")).containsExactly("1:" + many.replace(',', '|'), "2:" + longField + "|b");
    }

    @Test
    void shouldTellWhatIsNotUtf8() throws Exception {
        CsvReader reader = new CsvReader(new ByteArrayInputStream("\u00e4,b\n".getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(reader.next()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> reader.text(0)).withMessageContaining("UTF-8");
        assertThat(reader.text(1)).isEqualTo("b");
    }

    @Provide
    Arbitrary<List<List<String>>> tables() {
        Arbitrary<String> field = Arbitraries.strings().withChars("ab,\"\r\n\u00e4\u20ac\t ").ofMaxLength(8);
        return Arbitraries.integers().between(2, 5).flatMap(width -> field.list().ofSize(width).list().ofMaxSize(40));
    }

    @Property
    void shouldReadWhatIsWritten(@ForAll("tables") List<List<String>> table, @ForAll boolean crLf, @ForAll("pieces") int piece)
        throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvWriter writer = new CsvWriter(new PrintStream(out, false, StandardCharsets.UTF_8));
        for (List<String> row : table) {
            for (String field : row) {
                writer.field(field);
            }
            writer.endRow(crLf);
        }
        writer.flush();
        CsvReader reader = new CsvReader(new InPieces(out.toByteArray(), piece));
        for (List<String> row : table) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.problem()).isNull();
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < reader.fieldCount(); i++) {
                assertThat(reader.isEmpty(i)).isEqualTo(reader.text(i).isEmpty());
                fields.add(reader.text(i));
            }
            assertThat(fields).isEqualTo(row);
        }
        assertThat(reader.next()).isFalse();
    }

    @Provide
    Arbitrary<Integer> pieces() {
        return Arbitraries.of(1, 2, 7, 1000);
    }

    /** A stream that hands out a few bytes at a time. */
    private static final class InPieces extends ByteArrayInputStream {

        private final int piece;

        InPieces(byte[] bytes, int piece) {
            super(bytes);
            this.piece = piece;
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, piece));
        }
    }
}
