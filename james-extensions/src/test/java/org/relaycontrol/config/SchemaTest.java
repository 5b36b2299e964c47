package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The shipped schema, and that our check of it, which says what to write, decides as the JDK's validator does.
 */
class SchemaTest {

    private static final Path SHIPPED = Path.of("src/main/resources/org/relaycontrol/relaycontrol.xsd");
    private static final Path SAMPLE = Path.of("../conf-samples/relaycontrol.xsd");
    private static final Path EXAMPLE = Path.of("src/test/resources/good-configs/01-design-example/relaycontrol.xml");
    private static final Schema SCHEMA = Schema.shipped();
    private static final int MUTANTS = 2000;
    private static final List<String> WORDS = List.of("relaycontrol", "nextHops", "nextHop", "policy", "routing", "domain", "domains",
        "connections", "restrictions", "authenticated", "clients", "never", "internalAddresses", "network", "networks", "range", "user",
        "users", "accept", "name", "listeners", "mode", "match", "action", "via", "reply", "file", "tls", "reroute", "smartHost", "why",
        "warning", "true", "false", "only", "allExcept", "subtree", "exact", "inbound", "relay", "route", "reject", "none", "nonsense");

    @Test
    void shouldBeTheSchemaBesideTheSamples() throws IOException {
        assertThat(SAMPLE).hasSameTextualContentAs(SHIPPED, StandardCharsets.UTF_8);
    }

    @Test
    void shouldDocumentEveryElementAndAttribute() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        NodeList all = factory.newDocumentBuilder().parse(SHIPPED.toFile()).getElementsByTagNameNS("*", "*");
        List<String> undocumented = new ArrayList<>();
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            boolean declares = element.getLocalName().equals("element") || element.getLocalName().equals("attribute");
            if (declares && element.getElementsByTagNameNS("*", "documentation").getLength() == 0) {
                undocumented.add(element.getAttribute("name"));
            }
        }
        assertThat(undocumented).isEmpty();
    }

    @Test
    void shouldAcceptEveryGoodConfigAsTheValidatorDoes() throws Exception {
        List<Path> good;
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources"));
            Stream<Path> samples = Files.walk(Path.of("../conf-samples"))) {
            good = Stream.concat(files, samples)
                .filter(file -> file.endsWith("relaycontrol.xml") && !file.toString().contains("bad-configs"))
                .collect(Collectors.toList());
        }
        assertThat(good).hasSizeGreaterThan(10).allSatisfy(file ->
            assertThatCode(() -> validator().validate(new StreamSource(file.toFile()))).doesNotThrowAnyException());
    }

    @Test
    void shouldDecideLikeTheValidatorOnMutantsOfTheExample() throws Exception {
        String example = Files.readString(EXAMPLE, StandardCharsets.UTF_8).replaceAll(" xmlns:xsi=\\S+ xsi:[^>]*", "");
        Validator validator = validator();
        Random random = new Random(20001112);
        int valid = 0;
        int invalid = 0;
        for (int i = 0; i < MUTANTS; i++) {
            String mutant = mutate(mutate(example, random), random);
            Problems problems = new Problems("mutant");
            XmlElement root = XmlReader.read(mutant, "mutant", problems);
            if (root != null && !hasElementTwice(root)) {
                boolean rightRoot = SCHEMA.check(root, problems);
                boolean accepted = rightRoot && isEmpty(problems);
                assertThat(accepted).as(mutant).isEqualTo(isValid(mutant, validator));
                valid += accepted ? 1 : 0;
                invalid += accepted ? 0 : 1;
            }
        }
        assertThat(valid).isGreaterThan(100);
        assertThat(invalid).isGreaterThan(1000);
    }

    private static boolean isEmpty(Problems problems) {
        try {
            problems.throwIfAny(FileAccess.toAll());
            return true;
        } catch (PolicyException e) {
            return false;
        }
    }

    /** How often an element may occur is checked elsewhere. */
    private static boolean hasElementTwice(XmlElement element) {
        boolean ofOnce = element.name().equals("policy") || element.name().equals("restrictions");
        long names = element.children().stream().map(XmlElement::name).distinct().count();
        return ofOnce && names < element.children().size() || element.children().stream().anyMatch(SchemaTest::hasElementTwice);
    }

    private static String mutate(String xml, Random random) {
        switch (random.nextInt(4)) {
            case 0:
                return replaceOne(xml, "(?<=[ \"])[a-zA-Z]+(?==\")", WORDS.get(random.nextInt(WORDS.size())), random);
            case 1:
                return replaceOne(xml, "(?<==\")[^\"]*(?=\")", WORDS.get(random.nextInt(WORDS.size())), random);
            case 2:
                return replaceOne(xml, " [a-zA-Z]+=\"[^\"]*\"", random.nextBoolean() ? "" : " nonsense=\"1\"", random);
            default:
                String word = WORDS.get(random.nextInt(WORDS.size()));
                return replaceOne(xml, "(?<=>)(?=\\s)", random.nextInt(4) == 0 ? word : "<" + word + "/>", random);
        }
    }

    private static String replaceOne(String xml, String regex, String replacement, Random random) {
        Matcher matcher = Pattern.compile(regex).matcher(xml);
        List<MatchResult> matches = matcher.results().collect(Collectors.toList());
        MatchResult match = matches.get(random.nextInt(matches.size()));
        return xml.substring(0, match.start()) + replacement + xml.substring(match.end());
    }

    private static boolean isValid(String xml, Validator validator) throws IOException {
        try {
            validator.validate(new StreamSource(new StringReader(xml)));
            return true;
        } catch (SAXException e) {
            return false;
        }
    }

    private static Validator validator() throws SAXException {
        return SchemaFactory.newDefaultInstance().newSchema(SHIPPED.toFile()).newValidator();
    }
}
