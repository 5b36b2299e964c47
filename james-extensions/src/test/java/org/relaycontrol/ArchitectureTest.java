package org.relaycontrol;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.IDN;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.RelayPolicies;

/**
 * Which package may use which: the decision knows nothing but the JDK, the configuration nothing of James, and nobody the adapters.
 */
class ArchitectureTest {

    private static final JavaClasses PACK = new ClassFileImporter()
        .importUrl(RelayPolicies.class.getProtectionDomain().getCodeSource().getLocation());

    private static final String POLICY = "org.relaycontrol.policy..";
    private static final String CONFIG = "org.relaycontrol.config..";
    private static final String ANALYSIS = "org.relaycontrol.analysis..";
    private static final String FORMAT = "org.relaycontrol.format..";
    private static final String CLI = "org.relaycontrol.cli..";
    private static final String JAMES = "org.relaycontrol.james..";
    private static final String SMTP_CLIENT = "org.relaycontrol.smtpclient..";
    private static final String NEXT_HOP = "org.relaycontrol.nexthop..";
    private static final String VERIFICATION = "org.relaycontrol.verification..";
    private static final String WEBADMIN = "org.relaycontrol.webadmin..";
    private static final String MONITOR = "org.relaycontrol.monitor..";
    private static final String[] ADAPTERS = {"org.relaycontrol.smtp..", "org.relaycontrol.matchers..", "org.relaycontrol.mailets..",
        WEBADMIN};

    /**
     * Of {@code java.net} the form of an address and of a name, which neither look anything up nor open anything; of {@code java.nio} how
     * text and numbers are octets; of time no clock.
     */
    private static final DescribedPredicate<JavaClass> JDK_WITHOUT_IO =
        resideInAnyPackage("java.lang..", "java.math..", "java.util..", "java.text..")
        .or(assignableTo(InetAddress.class)).or(assignableTo(IDN.class)).or(assignableTo(Duration.class))
        .or(assignableTo(Charset.class)).or(assignableTo(StandardCharsets.class)).or(assignableTo(ByteOrder.class))
        .and(not(resideInAnyPackage("java.util.logging..", "java.util.jar..", "java.util.zip..", "java.lang.reflect..")))
        .as("the JDK without input, output and logging");

    @Test
    void policyShouldUseTheJdkAlone() {
        classes().that().resideInAPackage(POLICY)
            .should().onlyDependOnClassesThat(JDK_WITHOUT_IO.or(resideInAnyPackage(POLICY, "org.jspecify.annotations")))
            .check(PACK);
    }

    @Test
    void policyShouldNotLookUpNames() {
        noClasses().that().resideInAPackage(POLICY)
            .should().callMethodWhere(target(owner(assignableTo(InetAddress.class))).and(target(not(name("getAddress")))))
            .check(PACK);
    }

    @Test
    void configShouldUseThePolicyAndTheJdk() {
        classes().that().resideInAPackage(CONFIG)
            .should().onlyDependOnClassesThat().resideInAnyPackage("java..", "javax.xml..", "org.xml.sax..", "org.w3c.dom..",
                POLICY, CONFIG, "org.jspecify.annotations")
            .check(PACK);
    }

    @Test
    void analysisShouldUseThePolicyAndTheJdk() {
        classes().that().resideInAPackage(ANALYSIS)
            .should().onlyDependOnClassesThat().resideInAnyPackage("java..", POLICY, ANALYSIS, "org.jspecify.annotations")
            .check(PACK);
    }

    /** The command line uses it. */
    @Test
    void formatShouldUseNothingOfJames() {
        classes().that().resideInAPackage(FORMAT)
            .should().onlyDependOnClassesThat().resideInAnyPackage("java..", POLICY, CONFIG, ANALYSIS, FORMAT, "org.jspecify.annotations")
            .check(PACK);
    }

    /** It runs without James. */
    @Test
    void commandLineShouldUseNothingOfJames() {
        classes().that().resideInAPackage(CLI)
            .should().onlyDependOnClassesThat().resideInAnyPackage("java..", "javax.net.ssl..", "picocli..", POLICY, CONFIG,
                ANALYSIS, FORMAT, CLI, "org.jspecify.annotations")
            .check(PACK);
        classes().that().resideInAPackage(CLI).should().onlyHaveDependentClassesThat().resideInAPackage(CLI).check(PACK);
    }

    @Test
    void smtpClientShouldUseThePolicyAndTheJdk() {
        classes().that().resideInAPackage(SMTP_CLIENT)
            .should().onlyDependOnClassesThat().resideInAnyPackage("java..", "javax.net..", "javax.crypto..", POLICY, SMTP_CLIENT,
                "org.jspecify.annotations")
            .check(PACK);
    }

    @Test
    void whatTheAdaptersShareShouldNotUseThem() {
        noClasses().that().resideInAnyPackage(JAMES, MONITOR, NEXT_HOP, VERIFICATION)
            .should().dependOnClassesThat().resideInAnyPackage(ADAPTERS)
            .check(PACK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.relaycontrol.smtp..", "org.relaycontrol.matchers..", "org.relaycontrol.mailets.."})
    void nobodyShouldUseAnAdapter(String adapter) {
        classes().that().resideInAPackage(adapter).should().onlyHaveDependentClassesThat().resideInAPackage(adapter).check(PACK);
        classes().that().resideInAPackage(adapter)
            .should().onlyDependOnClassesThat(not(resideInAnyPackage("org.relaycontrol.."))
                .or(resideInAnyPackage(adapter, POLICY, CONFIG, JAMES, MONITOR, SMTP_CLIENT, NEXT_HOP, VERIFICATION)))
            .check(PACK);
    }

    @Test
    void whatFindsAndAsksNextHopsShouldUseNoMoreThanItNeeds() {
        classes().that().resideInAPackage(NEXT_HOP)
            .should().onlyDependOnClassesThat(not(resideInAnyPackage("org.relaycontrol.."))
                .or(resideInAnyPackage(NEXT_HOP, SMTP_CLIENT, POLICY, JAMES)))
            .check(PACK);
        classes().that().resideInAPackage(VERIFICATION)
            .should().onlyDependOnClassesThat(not(resideInAnyPackage("org.relaycontrol.."))
                .or(resideInAnyPackage(VERIFICATION, NEXT_HOP, SMTP_CLIENT, POLICY)))
            .check(PACK);
    }

    /** Besides what the other adapters use, it tells what follows from a policy. */
    @Test
    void nobodyShouldUseWebadmin() {
        classes().that().resideInAPackage(WEBADMIN).should().onlyHaveDependentClassesThat().resideInAPackage(WEBADMIN).check(PACK);
        classes().that().resideInAPackage(WEBADMIN)
            .should().onlyDependOnClassesThat(not(resideInAnyPackage("org.relaycontrol.."))
                .or(resideInAnyPackage(WEBADMIN, POLICY, CONFIG, ANALYSIS, FORMAT, JAMES, MONITOR)))
            .check(PACK);
    }

    @Test
    void packagesShouldBeFreeOfCycles() {
        slices().matching("org.relaycontrol.(*)..").should().beFreeOfCycles().check(PACK);
    }
}
