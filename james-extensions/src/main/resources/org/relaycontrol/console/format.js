// How values are written on the page.

import { el, badge } from "./dom.js";
import { t } from "./strings.js";

const NUMBER = new Intl.NumberFormat(undefined);

export function number(value) {
  return typeof value === "number" && Number.isSafeInteger(value) ? NUMBER.format(value) : t("number.many");
}

export function instant(text) {
  const at = text ? new Date(text) : null;
  if (!at || Number.isNaN(at.getTime())) {
    return text ?? "";
  }
  const today = at.toDateString() === new Date().toDateString();
  return el("time", { datetime: at.toISOString(), title: at.toISOString(), class: "nowrap" },
    today ? at.toLocaleTimeString(undefined, { timeStyle: "medium" })
      : at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }));
}

/** A line of a file, which breaks after the file's name only. */
export function place(rule) {
  const [file, line] = /^(.*):(\d+)$/.exec(rule ?? "")?.slice(1) ?? [rule ?? "", null];
  return el("code", { class: "place" }, file, line ? [el("wbr"), el("span", { class: "nowrap" }, `:${line}`)] : null);
}

/** How a managed entry is written, on one line. */
export function written(entry) {
  return Object.entries(entry ?? {}).filter(([name, value]) => name !== "name" && name !== "file" && value !== null)
    .map(([name, value]) => `${name}=${value}`).join(" ") || t("edit.asListSays");
}

/** What a decision of a difference says, in a few words. */
function outcome(decision) {
  return [badge(decision.verdict), " ", decision.reason,
    decision.next_hop ? [" ", t("diff.via", { hop: decision.next_hop })] : null];
}

function who(clients) {
  const shown = clients.networks.slice(0, 3).join(", ");
  const more = clients.networks.length - 3;
  const everyone = clients.networks.includes("0.0.0.0/0") && clients.networks.includes("::/0");
  const from = everyone ? t("diff.everyone") : more > 0 ? t("diff.more", { shown, more }) : shown;
  return [from, clients.host, clients.user, clients.listeners].filter(Boolean).join(", ");
}

const SHOWN = 20;

/** The semantic difference of two policies, as `diff --json` tells it: who gains or loses what. */
export function difference(answer) {
  const differences = answer?.differences ?? [];
  if (differences.length === 0) {
    return el("p", { class: "notice" }, t("diff.none"));
  }
  const strangers = differences.some(one => one.after.verdict === "permit" && one.before.verdict !== "permit"
    && (one.strangers_ipv4 > 0 || one.strangers_ipv6 > 0));
  return el("div", null,
    strangers ? el("p", { class: "notice warn" }, t("diff.strangers")) : null,
    differences.slice(0, SHOWN).map(one => {
      const gain = one.after.verdict === "permit" && one.before.verdict !== "permit";
      const lose = one.after.verdict !== "permit" && one.before.verdict === "permit";
      return el("div", { class: `change ${gain ? "gain" : lose ? "lose" : ""}` },
        el("div", null, gain ? el("strong", null, t("diff.gain")) : lose ? el("strong", null, t("diff.lose")) : null,
          gain || lose ? " " : null, who(one.clients), " → ", one.to),
        el("div", null, outcome(one.before), el("span", { class: "arrow" }, " → "), outcome(one.after)));
    }),
    differences.length > SHOWN ? el("p", { class: "muted" }, t("diff.rest", { count: number(differences.length - SHOWN) })) : null);
}

/** What went wrong, with every problem the server names. */
export function problem(error) {
  const details = error?.details ?? null;
  const lines = Array.isArray(details) ? details : typeof details === "string" ? details.split("\n") : [];
  return el("div", { class: "notice bad", role: "alert" }, error?.message ?? String(error),
    lines.length > 0 ? el("ul", null, lines.map(line => el("li", { class: "mono" }, typeof line === "string" ? line : line.text))) : null);
}
