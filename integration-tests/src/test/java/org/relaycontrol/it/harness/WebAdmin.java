package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** James's administration over HTTP, on loopback. */
public final class WebAdmin {
    private static final Pattern SIZE = Pattern.compile("\"size\":(\\d+)");
    private static final Pattern STRING = Pattern.compile("\"([^\"]*)\"");

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;

    public WebAdmin(int port) {
        this.base = "http://127.0.0.1:" + port;
    }

    /** Creates a user; its domain must be in the DomainList. */
    public WebAdmin addUser(String user, String password) {
        call("PUT", "/users/" + escape(user), "{\"password\":\"" + password + "\"}");
        return this;
    }

    /** Adds a domain to the DomainList. */
    public WebAdmin addDomain(String domain) {
        call("PUT", "/domains/" + escape(domain), "");
        return this;
    }

    /** Rewrites mail for all of a domain's addresses, users' own included, that match a regular expression. */
    public WebAdmin addRegexMapping(String domain, String regex, String replacement) {
        call("POST", "/mappings/regex/" + escape("*@" + domain) + "/targets/" + escape(regex + ":" + replacement), "");
        return this;
    }

    /**
     * Rewrites mail for {@code source} to {@code target}, which may be an address outside. The local part {@code *} stands for every
     * address of the domain that nothing else rewrites: a catch-all.
     */
    public WebAdmin addMapping(String source, String target) {
        call("POST", "/mappings/address/" + escape(source) + "/targets/" + escape(target), "");
        return this;
    }

    /** How many messages a user's mailbox holds; 0 if there is no such mailbox yet. */
    public int messageCount(String user, String mailbox) {
        HttpResponse<String> response = send("GET", "/users/" + escape(user) + "/mailboxes/" + escape(mailbox) + "/messageCount", "");
        return response.statusCode() == 404 ? 0 : Integer.parseInt(checked(response).trim());
    }

    /** The names of the mails in a mail repository, such as {@code var/mail/relay-denied}. */
    public List<String> repository(String path) {
        return strings(call("GET", "/mailRepositories/" + escape(path) + "/mails", ""));
    }

    /** Empties a mail repository. */
    public void clearRepository(String path) {
        call("DELETE", "/mailRepositories/" + escape(path) + "/mails", "");
    }

    /** How many mails a mail queue holds. */
    public int queueSize(String queue) {
        String json = call("GET", "/mailQueues/" + escape(queue), "");
        Matcher size = SIZE.matcher(json);
        if (!size.find()) {
            throw new IllegalStateException("no size in " + json);
        }
        return Integer.parseInt(size.group(1));
    }

    private String call(String method, String path, String body) {
        return checked(send(method, path, body));
    }

    /** Any request, with these headers, names and values in turn. */
    public HttpResponse<String> request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    /** Where webadmin answers, like {@code http://127.0.0.1:8000}. */
    public String base() {
        return base;
    }

    private HttpResponse<String> send(String method, String path, String body) {
        return request(method, path, body, "Content-Type", "application/json");
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String checked(HttpResponse<String> response) {
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(response.request() + " answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    private static List<String> strings(String json) {
        List<String> found = new ArrayList<>();
        Matcher matcher = STRING.matcher(json);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String escape(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
