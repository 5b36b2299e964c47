package org.relaycontrol.format;

import java.util.LinkedHashMap;
import java.util.Map;
import org.relaycontrol.analysis.Clients;

/**
 * Sets of clients for programs: all networks with a prefix length, how many addresses, and the rest as told to people.
 */
final class ClientsJson {

    private ClientsJson() {
    }

    static Map<String, Object> of(Clients clients) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("networks", clients.addresses().cidrs());
        object.put("ipv4_addresses", clients.addresses().countIpv4());
        object.put("ipv6_addresses", clients.addresses().countIpv6());
        object.put("host", clients.hostText());
        object.put("user", clients.userText());
        object.put("listeners", clients.listeners());
        return object;
    }
}
