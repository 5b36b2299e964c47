// What is being refused, as it happens, and why.

import { api } from "./api.js";
import { debounce, el, field, replace, select, table } from "./dom.js";
import { allow } from "./edit.js";
import { instant, number, place, problem } from "./format.js";
import { link, remember } from "./main.js";
import { t } from "./strings.js";

const PAGE = 50;
const MOST = 1000;
const EVERY_MILLISECONDS = 2_000;
const TYPING_MILLISECONDS = 200;
const REASONS = ["connection-refused", "authentication-required", "domain-rejected", "sender-specified-routing", "inbound-not-hosted",
  "reroute-off", "never", "not-permitted", "dns-unavailable", "no-policy", "recipient-unknown", "recipient-unverified",
  "not-a-mail-domain", "not-deliverable", "failure"];

export async function render(root, { query, policies, readOnly }) {
  const client = el("input", { value: query.get("client") ?? "", autocomplete: "off", spellcheck: "false" });
  const recipient = el("input", { value: query.get("recipient") ?? "", autocomplete: "off", spellcheck: "false" });
  const reason = select([["", t("refusals.anyReason")], ...REASONS.map(one => [one, one])], query.get("reason") ?? "");
  const pause = el("button", { "aria-pressed": "false" }, t("refusals.pause"));
  const results = el("div");
  let paused = false;
  let last = null;
  let limit = PAGE;

  async function load() {
    const filter = { client: client.value.trim(), recipient: recipient.value.trim(), reason: reason.value };
    try {
      const answer = await api.get("refusals", { ...filter, limit });
      const text = JSON.stringify(answer);
      if (text !== last) {
        last = text;
        show(answer);
      }
    } catch (error) {
      last = null;
      replace(results, problem(error));
    }
  }

  function show(answer) {
    replace(results,
      table(t("tab.refusals"), [[t("refusals.when")], [t("reason")], [t("refusals.client")], [t("refusals.recipient"), "address"],
        [t("refusals.actions"), "actions"]],
      answer.refusals.map(refusal => [
        instant(refusal.time),
        [el("span", { class: `badge ${refusal.verdict === "defer" ? "defer" : "deny"}` }, refusal.reason),
          el("div", { class: "muted small" }, refusal.policy, refusal.rule ? [refusal.policy ? ", " : "", place(refusal.rule)] : null)],
        [el("code", { class: "nowrap" }, refusal.client ?? "-"), isNamed(refusal) ? el("div", { class: "muted small" }, refusal.host) : null],
        refusal.recipient ? [refusal.recipient, el("div", { class: "muted small" }, by(refusal))] : t("refusals.noRecipient"),
        actions(refusal),
      ]), { empty: t("refusals.none") }),
      el("div", { class: "pager" }, el("span", null, t("refusals.count", { shown: number(answer.refusals.length), total: number(answer.count) })),
        answer.refusals.length === limit && limit < MOST ? el("button", { onclick: more }, t("refusals.more")) : null));
  }

  function more() {
    limit = Math.min(limit * 2, MOST);
    load();
  }

  function actions(refusal) {
    const why = { client: refusal.client, local: refusal.local, auth: refusal.user, sender: refusal.sender, recipient: refusal.recipient,
      client_host: isNamed(refusal) ? refusal.host : refusal.host === "none" ? "-" : null, policy: refusal.policy };
    const policy = policies.find(one => one.name === refusal.policy);
    return [
      refusal.recipient ? el("a", { class: "quiet", href: link("try", why) }, t("refusals.why")) : "",
      policy && !readOnly && refusal.recipient ? el("button", { class: "quiet", onclick: () => allow(policy, refusal) }, t("refusals.allow")) : "",
    ];
  }

  const changed = debounce(() => {
    remember({ client: client.value.trim(), recipient: recipient.value.trim(), reason: reason.value });
    load();
  }, TYPING_MILLISECONDS);
  for (const control of [client, recipient, reason]) {
    control.addEventListener("input", changed);
  }
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? t("refusals.resume") : t("refusals.pause");
  });
  replace(root,
    el("div", { class: "toolbar" }, field(t("refusals.client"), client, { grow: true }), field(t("refusals.recipient"), recipient, { grow: true }),
      field(t("reason"), reason), pause),
    results);
  await load();
  const timer = setInterval(() => {
    if (!paused && !document.hidden && !document.querySelector("dialog[open]")) {
      load();
    }
  }, EVERY_MILLISECONDS);
  return () => clearInterval(timer);
}

/** Whether the client's host name is known. */
function isNamed(refusal) {
  return Boolean(refusal.host) && !["none", "unknown"].includes(refusal.host);
}

function by(refusal) {
  const sender = refusal.sender || "<>";
  return refusal.user ? t("refusals.byUser", { sender, user: refusal.user }) : t("refusals.by", { sender });
}
