// The routing list: what is done by recipient domain.

import { api } from "./api.js";
import { announce, badge, debounce, el, field, replace, reveal, table } from "./dom.js";
import { addDomain, editDomain, removeDomain } from "./edit.js";
import { instant, number, place, problem } from "./format.js";
import { remember } from "./main.js";
import { t } from "./strings.js";

const PAGE = 50;
const TYPING_MILLISECONDS = 120;

export async function render(root, { policy, query, readOnly }) {
  let offset = 0;
  let request = null;
  let marked = query.get("rule");
  const search = el("input", {
    type: "search", value: query.get("q") ?? "", placeholder: t("routing.searchHint"), autocomplete: "off", spellcheck: "false",
  });
  const results = el("div", { "aria-live": "off" });
  const add = el("button", { class: "primary", onclick: () => addDomain(policy) }, t("routing.add"));

  async function load() {
    request?.abort();
    request = new AbortController();
    const mine = request;
    try {
      const answer = await find(mine.signal);
      if (mine === request) {
        show(answer);
      }
    } catch (error) {
      if (mine === request && error.name !== "AbortError") {
        replace(results, problem(error));
      }
    }
  }

  /** Domains that begin with the text; if there are none, those that contain it. Of a whole name also what is done with it. */
  async function find(signal) {
    const path = `policies/${api.name(policy.name)}/domains`;
    const text = search.value.trim().toLowerCase();
    const asked = text.includes(".") ? api.get(`${path}/${api.name(text)}`, null, signal).catch(() => null) : null;
    let answer = await api.get(path, { prefix: text, limit: PAGE, offset }, signal);
    if (answer.total === 0 && text !== "") {
      answer = await api.get(path, { contains: text, limit: PAGE, offset }, signal);
    }
    const name = await asked;
    const listed = answer.domains.some(domain => domain.name === name?.entry?.name);
    return !name || answer.domains.some(domain => domain.name === name.name) ? answer
      : { ...answer, why: name.why, nearest: listed ? null : name.entry };
  }

  function show(answer) {
    const domains = [...(answer.nearest ? [answer.nearest] : []), ...answer.domains];
    // Columns where there is something to say.
    const columns = [
      [t("domain"), "name", domain => el("code", null, domain.name)],
      [t("match"), "nowrap", domain => t(`match.${domain.match}`)],
      [t("action"), null, domain => badge(domain.action, t(`action.${domain.action}`))],
      [t("nextHop"), "hop", hop],
      domains.some(hasList) && [t("recipients"), "nowrap", domain => hasList(domain) ? number(domain.recipients) : ""],
      domains.some(domain => domain.verify) && [t("verify"), null, domain => domain.verify ?? ""],
      domains.some(domain => domain.expires) && [t("expires"), "expires", domain => expiry(domain)],
      [t("from"), "from", domain => place(domain.rule)],
      !readOnly && domains.some(domain => domain.managed) && [t("change"), "actions", buttons],
    ].filter(Boolean);
    const rows = domains.map(domain => ({
      class: marked && domain.rule === marked ? "hit" : null, cells: columns.map(([, , cell]) => cell(domain)),
    }));
    const total = answer.total;
    const last = offset + answer.domains.length;
    replace(results,
      answer.why ? el("p", { class: "notice" }, answer.why) : null,
      table(t("routing.caption", { policy: policy.name }), columns, rows,
        { empty: search.value ? t("routing.nothing", { text: search.value }) : t("routing.empty") }),
      el("div", { class: "pager" },
        el("span", null, total === 0 ? "" : t("routing.count", { first: number(offset + 1), last: number(last), total: number(total) })),
        total <= PAGE ? null : el("span", null,
          el("button", { disabled: offset === 0, onclick: () => turn(-PAGE) }, t("previous")), " ",
          el("button", { disabled: last >= total, onclick: () => turn(PAGE) }, t("next")))));
    reveal(results);
    announce(t("routing.found", { total: number(total) }));
  }

  function turn(by) {
    offset = Math.max(0, offset + by);
    load();
  }

  function buttons(domain) {
    if (readOnly || !domain.managed) {
      return "";
    }
    return [
      el("button", { class: "quiet", "aria-label": t("routing.editOne", { name: domain.name }), onclick: () => editDomain(policy, domain) },
        t("edit")),
      el("button", { class: "quiet", "aria-label": t("routing.removeOne", { name: domain.name }), onclick: () => removeDomain(policy, domain) },
        t("remove")),
    ];
  }

  search.addEventListener("input", debounce(() => {
    offset = 0;
    marked = null;
    remember({ q: search.value.trim() });
    load();
  }, TYPING_MILLISECONDS));

  replace(root,
    el("div", { class: "toolbar" }, field(t("routing.search"), search, { grow: true }), policy.managed.domains && !readOnly ? add : null),
    readOnly ? el("p", { class: "muted" }, t("readOnly")) : policy.managed.domains ? null : el("p", { class: "muted" }, t("routing.unmanaged")),
    results,
    el("section", { class: "card" }, el("h3", null, t("routing.others")), el("p", null, others(policy))));
  await load();
  return () => request?.abort();
}

/** An empty list lists nobody, which is not the same as none. */
function hasList(domain) {
  return typeof domain.recipients === "number";
}

function hop(domain) {
  if (domain.action === "reject") {
    return domain.reply ? el("span", { class: "muted" }, domain.reply) : "";
  }
  if (domain.action === "inbound") {
    return "";
  }
  return domain.next_hop ? el("code", null, domain.next_hop) : el("span", { class: "muted" }, t("routing.mx"));
}

function expiry(domain) {
  return domain.expires ? instant(domain.expires) : "";
}

function others(policy) {
  if (!policy.reroute) {
    return t("routing.rerouteOff");
  }
  return policy.smart_host ? t("routing.smartHost", { host: policy.smart_host }) : t("routing.byMx");
}
