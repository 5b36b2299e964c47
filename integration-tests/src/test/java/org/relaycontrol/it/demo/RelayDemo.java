package org.relaycontrol.it.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.relaycontrol.it.harness.ConfFolder;
import org.relaycontrol.it.harness.Distribution;
import org.relaycontrol.it.harness.LoopbackConfiguration;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.StockJames;
import org.relaycontrol.it.harness.WebAdmin;

/**
 * What {@code mvn -Prelay} runs: a stock James with the pack and one of the samples, and a next hop that prints what it gets. All of it
 * on loopback: port 2525 stands for 25, 2587 for 587.
 */
public final class RelayDemo {
    private static final int SMTP_PORT = 2525;
    private static final int SUBMISSION_PORT = 2587;
    /** Stands for an address of the server that is not internal. */
    private static final String SECOND_ADDRESS = "127.0.0.2";
    private static final List<String> USERS = List.of("alice", "bob", "mallory");

    private RelayDemo() {
    }

    /** Runs the scenario that is the first argument until James ends or the process is stopped. */
    public static void main(String[] args) throws InterruptedException {
        // Ctrl-C reaches Maven, this process and James alike; a signal to Maven alone would leave the other two behind.
        ProcessHandle.current().parent().ifPresent(maven -> maven.onExit().thenRun(() -> System.exit(1)));
        try {
            Scenario scenario = Scenario.named(args.length == 1 ? args[0] : "");
            System.exit(run(scenario));
        } catch (IllegalArgumentException | IllegalStateException | StockJames.StartFailure e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void expectFree(String listener) {
        String address = listener.substring(0, listener.lastIndexOf(':'));
        int port = Integer.parseInt(listener.substring(address.length() + 1));
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new IllegalStateException(listener + " is needed and cannot be had: " + e.getMessage(), e);
        }
    }

    private static int run(Scenario scenario) throws InterruptedException {
        Path run = Distribution.newRun(scenario.folder());
        ConfFolder conf = ConfFolder.copy(Distribution.samples().resolve(scenario.folder()), run.resolve("conf"));
        LoopbackConfiguration.Builder loopback = LoopbackConfiguration.of(conf)
            .bind("127.0.0.1", SECOND_ADDRESS)
            .port(25, SMTP_PORT)
            .port(587, SUBMISSION_PORT);
        for (String name : scenario.nextHops()) {
            NextHop hop = NextHop.listening("127.0.0.1", 0, mail -> System.out.println("[next hop " + name + "] from <" + mail.sender()
                + "> to " + mail.recipients() + ": " + mail.subject()));
            loopback.nextHop(name, "127.0.0.1:" + hop.port());
        }
        LoopbackConfiguration ports = loopback.apply();
        ports.smtpListeners().forEach(RelayDemo::expectFree);
        System.out.println("Starting a stock James with conf-samples/" + scenario.folder() + " in " + run);
        try (StockJames james = StockJames.start(run, RelayDemo::show)) {
            WebAdmin admin = new WebAdmin(ports.webadminPort());
            USERS.forEach(user -> admin.addUser(user + "@ratest.com", user + "-secret"));
            explain(scenario, ports, run);
            return james.awaitEnd();
        }
    }

    private static void show(String line) {
        if (line.contains("] org.relaycontrol.") || line.contains("Local delivered mail") || line.contains("[ERROR]")) {
            System.out.println(line);
        }
    }

    private static void explain(Scenario scenario, LoopbackConfiguration ports, Path run) {
        String client = "java -cp " + quoted(Distribution.classes()) + " " + SendMail.class.getName();
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Users, each with the password NAME-secret: alice@ratest.com, bob@ratest.com, mallory@ratest.com");
        lines.add("The policy is " + run.resolve("conf/relaycontrol.xml"));
        lines.add("Webadmin: http://127.0.0.1:" + ports.webadminPort() + "  for instance /users and /mailQueues");
        lines.add("To send one mail of each kind, from another terminal:");
        for (Scenario.Example example : scenario.examples()) {
            lines.add("");
            lines.add("  # " + example.title());
            lines.add("  " + client + " " + String.join(" ", example.arguments()));
        }
        lines.add("");
        lines.add("Listening on " + String.join(", ", ports.smtpListeners()) + " until Ctrl-C. All of these mails at once: " + client + " "
            + scenario.folder());
        System.out.println(String.join("\n", lines));
    }

    private static String quoted(Path path) {
        return path.toString().matches("[A-Za-z0-9/._-]*") ? path.toString() : "'" + path + "'";
    }
}
