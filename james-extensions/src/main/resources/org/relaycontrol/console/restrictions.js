// The routing restrictions and connection control, as in the dialogs of old, and the address space at a glance.

import { api } from "./api.js";
import { append, debounce, el, field, replace, reveal } from "./dom.js";
import { addNetwork, removeNetwork } from "./edit.js";
import { instant, number, place, problem } from "./format.js";
import { drawMap } from "./map.js";
import { t } from "./strings.js";

const LISTS = ["authenticated", "clients", "internalAddresses", "never", "connections"];
const SHOWN = 50;
const TYPING_MILLISECONDS = 200;

export async function render(root, { policy, query, readOnly }) {
  const map = el("section", { class: "card" }, el("h3", null, t("map.title")), el("p", { class: "muted" }, t("map.lead")));
  const drawing = el("div");
  append(map, drawing);
  const contents = await Promise.all(LISTS.map(list => policy.restrictions[list] === null ? null : read(policy, list, query)));
  replace(root,
    readOnly ? el("p", { class: "muted" }, t("readOnly")) : null,
    map,
    el("div", { class: "columns" }, LISTS.map((list, i) => card(policy, list, contents[i], query, readOnly))));
  await drawMap(drawing, policy);
  reveal(root);
}

/** One list from its beginning, or, where a link asks for an address, what covers it. */
async function read(policy, list, query) {
  const path = `policies/${api.name(policy.name)}/restrictions/${list}`;
  const address = query.get("list") === list ? query.get("address") : null;
  const covering = address ? await api.get(path, { address, limit: SHOWN }) : null;
  return covering?.total > 0 ? { ...covering, address } : api.get(path, { limit: SHOWN });
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

function card(policy, list, content, query, readOnly) {
  const managed = Boolean(policy.managed[list]) && !readOnly;
  const entries = el("div");
  const search = el("input", { type: "search", autocomplete: "off", spellcheck: "false" });

  function show({ total, entries: shown, address }) {
    replace(entries,
      address ? el("p", { class: "notice" }, t("restrictions.covering", { address })) : null,
      shown.length === 0 ? el("p", { class: "muted" }, t("restrictions.nothing"))
        : el("ul", { class: "plain" }, shown.map(entry => el("li", { class: entry.rule === query.get("rule") ? "hit" : null },
          el("span", null, entry.kind === "network" ? null : [t(`kind.${entry.kind}`), " "], el("code", null, entry.entry),
            entry.expires ? [" ", el("small", { class: "muted" }, t("until"), " ", instant(entry.expires))] : null),
          el("span", { class: "side" }, place(entry.rule), managed && entry.managed ? el("button", {
            class: "quiet", "aria-label": t("edit.removeNetwork", { name: entry.entry }), onclick: () => removeNetwork(policy, list, entry),
          }, t("remove")) : null)))),
      total > shown.length ? el("p", { class: "muted" }, t("restrictions.more", { count: number(total - shown.length) })) : null);
  }

  search.addEventListener("input", debounce(async () => {
    try {
      show(await api.get(`policies/${api.name(policy.name)}/restrictions/${list}`, { contains: search.value.trim(), limit: SHOWN }));
    } catch (error) {
      replace(entries, problem(error));
    }
  }, TYPING_MILLISECONDS));
  if (content && (content.total > 0 || content.address)) {
    show(content);
  }
  return el("section", { class: "card" },
    el("h3", null, t(`list.${list}`), content?.total > 0 ? el("span", { class: "muted" }, number(content.total)) : null),
    el("p", { class: "muted" }, about(list, policy.restrictions[list])),
    content?.total > SHOWN ? field(t("restrictions.search"), search) : null,
    entries,
    managed ? el("div", { class: "buttons" }, el("button", { onclick: () => addNetwork(policy, list) }, t("restrictions.add"))) : null);
}
