package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.james.webadmin.Routes;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Explanation;
import org.relaycontrol.config.ManagedEntry;
import org.relaycontrol.config.ManagedListUse;
import org.relaycontrol.format.PolicySummaryJson;
import org.relaycontrol.james.HostedDomains;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.RoutingSearch;
import spark.Request;
import spark.Response;
import spark.Service;

/**
 * {@code GET /relaycontrol/policies…}: the policies in force, what they list, and which entry answers for a domain; {@code PUT} and
 * {@code DELETE} of domains and networks in managed lists.
 */
@Singleton
public class PoliciesRoutes implements Routes {

    static final String BASE = "/relaycontrol/policies";

    private static final String POLICY = BASE + "/:policy";
    private static final String DOMAIN = POLICY + "/domains/:name";
    private static final String NETWORK = POLICY + "/restrictions/:list/*";
    private static final String MATCH = "match";
    private static final String FILE = "file";
    private static final String EXPIRES = "expires";
    private static final String DRY_RUN = "dryRun";
    private static final int MAX_BODY = 16 * 1024;

    private final Access access;
    private final PolicySource policySource;
    private final HostedDomains hostedDomains;
    private final Summaries summaries;
    private final ManagedEdits edits;
    private final ManagedMarks marks;

    /** Shows the policy in force. */
    @Inject
    public PoliciesRoutes(Access access, PolicySource policySource, HostedDomains hostedDomains, Summaries summaries, ManagedEdits edits,
                          ManagedMarks marks) {
        this.access = access;
        this.policySource = policySource;
        this.hostedDomains = hostedDomains;
        this.summaries = summaries;
        this.edits = edits;
        this.marks = marks;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        service.get(BASE, access.read((request, response) -> policies()));
        service.get(POLICY, access.read((request, response) -> policy(request)));
        service.get(POLICY + "/domains", access.read((request, response) -> domains(request)));
        service.get(DOMAIN, access.read(this::domain));
        service.put(DOMAIN, access.change(MAX_BODY, this::putDomain));
        service.delete(DOMAIN, access.delete(this::deleteDomain));
        service.get(POLICY + "/restrictions", access.read((request, response) -> restrictions(find(request))));
        service.get(POLICY + "/restrictions/:list", access.read((request, response) -> restrictionList(request)));
        service.get(NETWORK, access.read(this::network));
        service.put(NETWORK, access.change(MAX_BODY, this::putNetwork));
        service.delete(NETWORK, access.delete(this::deleteNetwork));
    }

    private Object policies() {
        RelayPolicies policies = policySource.current();
        return Map.of("policies", policies.policies().stream().map(this::overview).collect(Collectors.toList()));
    }

    private Map<String, Object> overview(RelayPolicy policy) {
        RoutingList routing = policy.routing();
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", policy.name());
        object.put("rule", policy.rule());
        object.put("enforced", policy.isEnforced());
        object.put("listeners", policy.listeners());
        object.put("domains", routing.entries().size() + (routing.shared() == null ? 0 : routing.shared().entries().size()));
        object.put("reroute", routing.reroute());
        object.put("smart_host", routing.smartHost());
        object.put("restrictions", restrictions(policy));
        object.put("managed", managedFiles(policy));
        return object;
    }

    /** The managed lists that the policy can be changed by: the files by the name of the list, where there are any. */
    private Map<String, List<String>> managedFiles(RelayPolicy policy) {
        Map<String, List<String>> managed = new LinkedHashMap<>();
        Stream.concat(Stream.of(ManagedListUse.DOMAINS), Arrays.stream(RestrictionList.values()).map(RestrictionList::toString))
            .forEach(list -> {
                List<String> files = edits.lists(policy.name(), list).stream().map(ManagedListUse::file).collect(Collectors.toList());
                if (!files.isEmpty()) {
                    managed.put(list, files);
                }
            });
        return managed;
    }

    private Object policy(Request request) {
        RelayPolicy policy = find(request);
        return PolicySummaryJson.of(summaries.of(policySource.current(), policy));
    }

    private RelayPolicy find(Request request) {
        String name = request.params("policy");
        return policySource.current().policies().stream().filter(policy -> policy.name().equals(name)).findFirst()
            .orElseThrow(() -> RequestException.notFound("there is no policy '" + name + "'"));
    }

    private Object domains(Request request) {
        Page.allow(request, "prefix", "contains", "action", "limit", "offset");
        RoutingList routing = find(request).routing();
        Page page = Page.of(request);
        RoutingSearch search = search(request, routing, page);
        List<Map<String, @Nullable Object>> domains = new ArrayList<>();
        search.entries().forEach(entry -> domains.add(RoutingEntryJson.of(routing, entry)));
        return page(page, search.total(), "domains", marks.mark(domains));
    }

    private static RoutingSearch search(Request request, RoutingList routing, Page page) {
        String prefix = Page.text(request, "prefix");
        String contains = Page.text(request, "contains");
        String action = Page.text(request, "action");
        if (prefix == null && contains == null && action == null) {
            return RoutingSearch.inOrder(routing, page.offset(), page.limit());
        }
        RoutingEntry.Action wanted = action == null ? null : RoutingEntryJson.action(action);
        return RoutingSearch.byName(routing, prefix == null ? "" : prefix, contains == null ? "" : contains,
            treatment -> wanted == null || treatment.action() == wanted, page.offset(), page.limit());
    }

    private static Map<String, Object> page(Page page, int total, String member, List<?> entries) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("total", total);
        object.put("offset", page.offset());
        object.put("limit", page.limit());
        object.put(member, entries);
        return object;
    }

    private Object domain(Request request, Response response) {
        Page.allow(request, MATCH);
        RoutingList routing = find(request).routing();
        DomainName name = DomainName.of(request.params("name"));
        boolean hosted = hostedDomains.contains(name);
        RoutingEntry entry = routing.find(name);
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", name);
        object.put("hosted", hosted);
        object.put("decided_by", entry != null ? "entry" : hosted ? "domain-list" : "unlisted");
        object.put("why", Explanation.routingStep(routing, name, hosted).finding());
        object.put("entry", entry == null ? null : marks.mark(List.of(RoutingEntryJson.of(routing, entry))).get(0));
        object.put("hidden", marks.mark(hidden(routing, name, entry)));
        object.put("managed", managed(request, response, ManagedListUse.DOMAINS, like(request)));
        return object;
    }

    /** The entry of the name that the request is about, without attributes but its match. */
    private static ManagedEntry like(Request request) {
        String match = Page.text(request, MATCH);
        return ManagedEntry.of(request.params("name"), match == null ? Map.of() : Map.of(MATCH, match));
    }

    /** The entry in a managed list, with its tag in the answer, or null. */
    private @Nullable Object managed(Request request, Response response, String list, ManagedEntry like) {
        for (ManagedListUse use : edits.lists(find(request).name(), list)) {
            ManagedEntry found = ManagedEdits.find(use, like);
            if (found != null) {
                response.header("ETag", EntityTag.of(found));
                return ManagedEntryJson.of(use, found);
            }
        }
        return null;
    }

    private Object putDomain(Request request, Response response, JsonBody body) {
        Page.allow(request, FILE, EXPIRES, DRY_RUN);
        Map<String, String> attributes = ManagedEntryJson.attributes(body.allow(ManagedEntryJson.members()));
        ManagedEntry entry = entry(request, request.params("name"), attributes);
        return edits.put(request, response, edits.list(request, find(request).name(), ManagedListUse.DOMAINS, entry), entry);
    }

    private static ManagedEntry entry(Request request, String name, Map<String, String> attributes) {
        String expires = Page.text(request, EXPIRES);
        if (expires != null) {
            attributes.put(ManagedEntry.EXPIRES, expires);
        }
        return ManagedEntry.of(name, attributes);
    }

    private Object deleteDomain(Request request, Response response) {
        Page.allow(request, FILE, MATCH, DRY_RUN);
        ManagedEntry like = like(request);
        return edits.delete(request, response, edits.list(request, find(request).name(), ManagedListUse.DOMAINS, like), like);
    }

    /** The entries that would answer for the name, one after the other, if those before were not there. */
    private static List<Map<String, @Nullable Object>> hidden(RoutingList routing, DomainName name, @Nullable RoutingEntry answering) {
        List<Map<String, @Nullable Object>> hidden = new ArrayList<>();
        if (answering == null) {
            return hidden;
        }
        addHidden(routing, name, Match.EXACT, answering, hidden);
        for (DomainName above = name; above != null; above = parent(above)) {
            addHidden(routing, above, Match.SUBTREE, answering, hidden);
        }
        return hidden;
    }

    private static void addHidden(RoutingList routing, DomainName name, Match match, RoutingEntry answering,
                                  List<Map<String, @Nullable Object>> hidden) {
        RoutingEntry own = routing.own(name, match);
        RoutingList shared = routing.shared();
        RoutingEntry entry = own != null || shared == null ? own : shared.own(name, match);
        if (entry != null && !(entry.name().equals(answering.name()) && entry.match() == answering.match())) {
            hidden.add(RoutingEntryJson.of(routing, entry));
        }
    }

    private static @Nullable DomainName parent(DomainName name) {
        String text = name.toString();
        int dot = name.isLiteral() ? -1 : text.indexOf('.');
        return dot < 0 ? null : DomainName.of(text.substring(dot + 1));
    }

    private static Map<String, Object> restrictions(RelayPolicy policy) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (RestrictionList list : RestrictionList.values()) {
            object.put(list.toString(), list.summary(policy));
        }
        object.put("publicClients", policy.restrictions().publicClients());
        return object;
    }

    private Object restrictionList(Request request) {
        Page.allow(request, "contains", "address", "limit", "offset");
        RestrictionList list = RestrictionList.parse(request.params("list"));
        RelayPolicy policy = find(request);
        Page page = Page.of(request);
        String contains = Page.text(request, "contains");
        String address = Page.text(request, "address");
        List<Map<String, @Nullable Object>> entries = list.entries(policy, contains == null ? null : contains.toLowerCase(Locale.ROOT),
            address == null ? null : IpAddress.parse(address));
        int from = Math.min(page.offset(), entries.size());
        return page(page, entries.size(), "entries", marks.mark(entries.subList(from, Math.min(from + page.limit(), entries.size()))));
    }

    private Object network(Request request, Response response) {
        Page.allow(request);
        RestrictionList list = RestrictionList.parse(request.params("list"));
        Network network = network(request.splat()[0]);
        List<Map<String, @Nullable Object>> entries = list.entries(find(request), network);
        Object managed = managed(request, response, list.toString(), ManagedEntry.of(network.toString(), Map.of()));
        if (entries.isEmpty() && managed == null) {
            throw RequestException.notFound(network + " is not listed in " + list);
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("network", network);
        object.put("entries", marks.mark(entries));
        object.put("managed", managed);
        return object;
    }

    private Object putNetwork(Request request, Response response, JsonBody body) {
        Page.allow(request, FILE, EXPIRES, DRY_RUN);
        body.allow();
        ManagedEntry entry = entry(request, network(request.splat()[0]).toString(), new LinkedHashMap<>());
        return edits.put(request, response, networks(request, entry), entry);
    }

    private Object deleteNetwork(Request request, Response response) {
        Page.allow(request, FILE, DRY_RUN);
        ManagedEntry like = ManagedEntry.of(network(request.splat()[0]).toString(), Map.of());
        return edits.delete(request, response, networks(request, like), like);
    }

    private ManagedListUse networks(Request request, ManagedEntry like) {
        return edits.list(request, find(request).name(), RestrictionList.parse(request.params("list")).toString(), like);
    }

    /** A network or range. Its slash comes as it is: some servers take none that is encoded. */
    private static Network network(String text) {
        return text.indexOf('-') >= 0 ? Network.parseRange(text) : Network.parse(text);
    }
}
