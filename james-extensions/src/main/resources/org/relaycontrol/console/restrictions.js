// The routing restrictions and connection control, as in the dialogs of old, and the address space at a glance.

import { api } from "./api.js";
import { append, el, replace } from "./dom.js";
import { addNetwork, removeNetwork } from "./edit.js";
import { instant, number, place } from "./format.js";
import { drawMap } from "./map.js";
import { t } from "./strings.js";

const LISTS = ["clients", "internalAddresses", "never", "connections"];

export async function render(root, { policy, readOnly }) {
  const answer = await api.get(`policies/${api.name(policy.name)}/restrictions`);
  const map = el("section", { class: "card" }, el("h3", null, t("map.title")), el("p", { class: "muted" }, t("map.lead")));
  const drawing = el("div");
  append(map, drawing);
  replace(root,
    readOnly ? el("p", { class: "muted" }, t("readOnly")) : null,
    map,
    el("div", { class: "grid" }, authenticated(answer.authenticated), LISTS.map(list => card(policy, list, answer[list], readOnly))));
  await drawMap(drawing, policy);
}

function authenticated(rule) {
  const text = !rule ? t("restrictions.noAuthenticated")
    : rule.required ? t("restrictions.required")
      : rule.users ? t("restrictions.users") : t("restrictions.anyUser");
  return el("section", { class: "card" }, el("h3", null, t("list.authenticated")), el("p", null, text),
    rule?.users ? el("ul", { class: "plain" }, rule.users.map(user => el("li", null, el("code", null, user.name), place(user.rule)))) : null);
}

function card(policy, list, content, readOnly) {
  const networks = content?.networks ?? [];
  const total = content?.total ?? networks.length;
  const names = [...(content?.hosts ?? []).map(host => ({ ...host, name: host.name, kind: "host" })),
    ...(content?.users ?? []).map(user => ({ ...user, kind: "user" }))];
  const mode = content?.mode ? t(`${list}.${content.mode}`) : t(`${list}.about`);
  const managed = content?.managed && !readOnly;
  return el("section", { class: "card" },
    el("h3", null, t(`list.${list}`), el("span", { class: "muted" }, total + names.length > 0 ? number(total + names.length) : "")),
    el("p", { class: "muted" }, content ? mode : t(`${list}.absent`)),
    el("ul", { class: "plain" },
      networks.map(network => el("li", null,
        el("span", null, el("code", null, network.network), network.expires ? [" ", el("small", { class: "muted" },
          t("until"), " ", instant(network.expires))] : null),
        el("span", null, place(network.rule), managed && network.managed ? el("button", {
          class: "quiet", "aria-label": t("edit.removeNetwork", { name: network.network }),
          onclick: () => removeNetwork(policy, list, network.network),
        }, t("remove")) : null))),
      names.map(name => el("li", null, el("span", null, t(`name.${name.kind}`), " ", el("code", null, name.name)), place(name.rule)))),
    total > networks.length ? el("p", { class: "muted" }, t("restrictions.more", { count: number(total - networks.length) })) : null,
    managed ? el("div", { class: "buttons" }, el("button", { onclick: () => addNetwork(policy, list) }, t("restrictions.add"))) : null);
}
