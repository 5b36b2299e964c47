package org.relaycontrol.it.demo;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.SmtpReply;

/**
 * A command that sends one mail and shows the SMTP dialogue:
 * {@code SendMail [--server ADDRESS:PORT] [--source ADDRESS] [--user USER PASSWORD] [--from SENDER] RECIPIENT...}
 *
 * <p>With a scenario's name in the place of recipients it sends that scenario's examples. Exit status: 0 if every recipient was
 * accepted, 1 if one was refused, 2 if it was called wrongly.
 */
public final class SendMail {
    static final String USAGE = "SendMail SCENARIO | SendMail [--server ADDRESS:PORT] [--source ADDRESS] [--user USER PASSWORD]"
        + " [--from SENDER] RECIPIENT...";

    private String server = "127.0.0.1:2525";
    private String source = "127.0.0.1";
    private String user = "";
    private String password = "";
    private String sender = "stranger@elsewhere.example";
    private final List<String> recipients = new ArrayList<>();

    private SendMail() {
    }

    /** Sends what the arguments say. */
    public static void main(String[] args) {
        if (args.length == 1 && !args[0].contains("@") && !args[0].startsWith("-")) {
            for (Scenario.Example example : Scenario.named(args[0]).examples()) {
                System.out.println("# " + example.title());
                parse(example.arguments()).send();
                System.out.println();
            }
            return;
        }
        try {
            System.exit(parse(List.of(args)).send() ? 0 : 1);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static SendMail parse(List<String> arguments) {
        SendMail mail = new SendMail();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--server":
                    mail.server = value(rest);
                    break;
                case "--source":
                    mail.source = value(rest);
                    break;
                case "--user":
                    mail.user = value(rest);
                    mail.password = value(rest);
                    break;
                case "--from":
                    mail.sender = value(rest);
                    break;
                default:
                    mail.recipients.add(argument);
                    break;
            }
        }
        if (mail.recipients.isEmpty() || mail.recipients.stream().anyMatch(recipient -> recipient.startsWith("-"))) {
            throw new IllegalArgumentException(USAGE);
        }
        return mail;
    }

    private static String value(Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(USAGE);
        }
        return rest.next();
    }

    private boolean send() {
        String address = server.substring(0, server.lastIndexOf(':'));
        int port = Integer.parseInt(server.substring(server.lastIndexOf(':') + 1));
        try (SmtpClient client = SmtpClient.connect(source, address, port)) {
            System.out.println(client.greeting());
            if (client.greeting().code() != 220) {
                return false;
            }
            client.ehlo();
            if (!user.isEmpty()) {
                client.startTls();
                show("STARTTLS, AUTH PLAIN " + user, client.auth(user, password));
            }
            show("MAIL FROM:<" + sender + ">", client.mail(sender));
            boolean all = true;
            boolean any = false;
            for (String recipient : recipients) {
                boolean accepted = show("RCPT TO:<" + recipient + ">", client.rcpt(recipient));
                all &= accepted;
                any |= accepted;
            }
            if (any) {
                all &= show("DATA", client.data("Hello " + recipients.get(0)));
            }
            show("QUIT", client.command("QUIT"));
            return all;
        }
    }

    private static boolean show(String command, SmtpReply reply) {
        System.out.println("> " + command);
        System.out.println(reply);
        return reply.code() < 400;
    }
}
