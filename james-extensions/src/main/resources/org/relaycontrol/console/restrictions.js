// The routing restrictions and connection control, as in the dialogs of old, and the address space at a glance.

import { api } from "./api.js";
import { append, el, replace } from "./dom.js";
import { addNetwork, removeNetwork } from "./edit.js";
import { instant, number, place } from "./format.js";
import { drawMap } from "./map.js";
import { t } from "./strings.js";

const LISTS = ["authenticated", "clients", "internalAddresses", "never", "connections"];
const SHOWN = 50;

export async function render(root, { policy, readOnly }) {
  const map = el("section", { class: "card" }, el("h3", null, t("map.title")), el("p", { class: "muted" }, t("map.lead")));
  const drawing = el("div");
  append(map, drawing);
  const contents = await Promise.all(LISTS.map(list => policy.restrictions[list] === null ? null
    : api.get(`policies/${api.name(policy.name)}/restrictions/${list}`, { limit: SHOWN })));
  replace(root,
    readOnly ? el("p", { class: "muted" }, t("readOnly")) : null,
    map,
    el("div", { class: "grid" }, LISTS.map((list, i) => card(policy, list, policy.restrictions[list], contents[i], readOnly))));
  await drawMap(drawing, policy);
}

function about(list, summary) {
  if (list === "authenticated") {
    return !summary ? t("authenticated.absent") : summary.required ? t("authenticated.required")
      : summary.every_user ? t("authenticated.everyUser") : t("authenticated.users");
  }
  if (!summary) {
    return t(`${list}.absent`);
  }
  if (list === "connections" && summary.mode === "allExcept" && summary.networks + summary.hosts === 0) {
    return t("connections.absent");
  }
  return t(summary.mode ? `${list}.${summary.mode}` : `${list}.about`);
}

function card(policy, list, summary, content, readOnly) {
  const entries = content?.entries ?? [];
  const total = content?.total ?? 0;
  const managed = Boolean(policy.managed[list]) && !readOnly;
  return el("section", { class: "card" },
    el("h3", null, t(`list.${list}`), total > 0 ? el("span", { class: "muted" }, number(total)) : null),
    el("p", { class: "muted" }, about(list, summary)),
    entries.length === 0 ? null : el("ul", { class: "plain" }, entries.map(entry => el("li", null,
      el("span", null, entry.kind === "network" ? null : [t(`kind.${entry.kind}`), " "], el("code", null, entry.entry),
        entry.expires ? [" ", el("small", { class: "muted" }, t("until"), " ", instant(entry.expires))] : null),
      el("span", null, place(entry.rule), managed && entry.managed ? el("button", {
        class: "quiet", "aria-label": t("edit.removeNetwork", { name: entry.entry }), onclick: () => removeNetwork(policy, list, entry),
      }, t("remove")) : null)))),
    total > entries.length ? el("p", { class: "muted" }, t("restrictions.more", { count: number(total - entries.length) })) : null,
    managed ? el("div", { class: "buttons" }, el("button", { onclick: () => addNetwork(policy, list) }, t("restrictions.add"))) : null);
}
