// What would the server answer, and why?

import { api } from "./api.js";
import { announce, badge, el, field, replace, select, table } from "./dom.js";
import { place, problem } from "./format.js";
import { link, remember } from "./main.js";
import { t } from "./strings.js";

const FIELDS = ["client", "local", "auth", "client_host", "sender", "recipient", "recipient_known"];
const KNOWN = ["", "yes", "no", "unknown"];
const LIST_OF_STEP = { 1: "connections", 2: "authenticated", "8a": "never", "8b": "clients", "8c": "internalAddresses", "8d": "authenticated" };
const RESTRICTIONS = /^(0|8e)$/;

export async function render(root, { query, policies }) {
  const inputs = Object.fromEntries(FIELDS.map(name => [name, name === "recipient_known"
    ? select(KNOWN.map(one => [one, t(`try.known.${one || "unasked"}`)]), query.get(name) ?? "") : el("input", {
    value: query.get(name) ?? "", autocomplete: "off", spellcheck: "false", list: name === "local" ? "listeners" : null,
    placeholder: t(`try.${name}.example`), required: name === "client" || name === "recipient",
  })]));
  const boxes = Object.fromEntries(FIELDS.map(name => [name, field(t(`try.${name}`), inputs[name], { note: t(`try.${name}.note`) })]));
  const ports = [...new Set(policies.flatMap(policy => policy.listeners).map(listener => listener.split(":").pop()))].filter(port => port !== "*");
  const result = el("div", { "aria-live": "polite" });

  async function ask() {
    let missing = null;
    for (const name of ["client", "recipient"]) {
      const empty = inputs[name].value.trim() === "";
      boxes[name].problem(empty ? t("try.missing") : "");
      missing = missing ?? (empty ? inputs[name] : null);
    }
    if (missing) {
      missing.focus();
      return;
    }
    const envelope = Object.fromEntries(FIELDS.map(name => [name, inputs[name].value.trim()]).filter(([, value]) => value !== ""));
    remember(envelope);
    try {
      const { answer } = await api.call("POST", "explain", { body: envelope });
      show(answer);
    } catch (error) {
      replace(result, problem(error));
    }
  }

  function show(answer) {
    const deciding = answer.steps.filter(step => step.reason).pop() ?? {};
    replace(result,
      el("section", { class: "card" },
        el("h3", null, t("try.verdict")),
        el("div", { class: "verdict" }, badge(answer.verdict, t(`verdict.${answer.verdict}`)), el("strong", null, answer.reason),
          answer.rule ? el("span", null, t("try.by"), " ", rule({ ...deciding, rule: answer.rule }, answer)) : null),
        el("p", { class: "reply mono" }, answer.reply ?? t("try.reply250")),
        el("dl", { class: "facts" },
          answer.policy ? [el("dt", null, t("policy")), el("dd", null, answer.policy)] : null,
          answer.route ? [el("dt", null, t("try.route")), el("dd", null, answer.route)] : null,
          answer.next_hop ? [el("dt", null, t("nextHop")), el("dd", null, el("code", null, answer.next_hop))] : null)),
      el("section", { class: "card" }, el("h3", null, t("try.trace")),
        table(t("try.trace"), [[t("try.step")], [t("try.test")], [t("try.finding")], [t("from")]],
          answer.steps.map(step => ({
            class: step === deciding ? `hit ${answer.verdict}` : null,
            cells: [step.step ?? "", step.test, [step.finding, step.reason ? [" ", el("strong", null, `⇒ ${step.reason}`)] : null],
              step.rule ? rule(step, answer) : ""],
          })))));
    announce(t("try.said", { verdict: t(`verdict.${answer.verdict}`), reason: answer.reason }));
  }

  /** Where the policy says so: the line in its list. */
  function rule(step, answer) {
    const list = LIST_OF_STEP[step.step];
    const restrictions = list || RESTRICTIONS.test(step.step) || step.test === "client host name";
    return el("a", { title: restrictions ? t("try.lookRestrictions") : t("try.look"), href: restrictions
      ? link("restrictions", { policy: answer.policy, list, address: list === "authenticated" ? null : inputs.client.value.trim(), rule: step.rule })
      : link("routing", { policy: answer.policy, q: inputs.recipient.value.trim().split("@").pop(), rule: step.rule }) }, place(step.rule));
  }

  replace(root,
    el("form", { class: "card", novalidate: true, onsubmit: event => { event.preventDefault(); ask(); } },
      el("div", { class: "form three" }, Object.values(boxes)),
      el("datalist", { id: "listeners" }, ports.map(port => el("option", { value: `127.0.0.1:${port}` }))),
      el("div", { class: "buttons" }, el("button", { class: "primary" }, t("try.ask")))),
    result);
  if (query.get("client") && query.get("recipient")) {
    await ask();
  }
}
