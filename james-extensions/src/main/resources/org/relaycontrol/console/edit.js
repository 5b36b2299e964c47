// Changing managed entries: first the page shows what the change means, then it asks, then it saves.

import { api, ApiError } from "./api.js";
import { announce, append, el, field, replace, select } from "./dom.js";
import { difference, problem } from "./format.js";
import { refresh } from "./main.js";
import { t } from "./strings.js";

/** A dialog with a title; closes at Escape and at Cancel, and gives the focus back. */
function openDialog(title, ...content) {
  const opener = document.activeElement;
  const dialog = el("dialog", { "aria-label": title }, el("h2", null, title), content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Reviews a change and makes it.
 *
 * @param change method, path, query and body of the request, and by which query to read the entry as it is
 * @param dialog where to show it; it closes when the change is made
 * @param back what Back shows again
 */
async function review(dialog, title, change, back) {
  const panel = el("div", null, el("p", { class: "muted" }, t("edit.comparing")));
  replace(dialog, el("h2", { tabindex: -1 }, title), panel);
  let version;
  try {
    version = await tag(change);
    const { answer } = await api.call(change.method, change.path, { query: { ...change.query, dryRun: true }, body: change.body, etag: version });
    replace(panel, el("p", null, t("edit.means")), difference(answer));
  } catch (error) {
    replace(panel, problem(error));
    append(panel, el("div", { class: "buttons" },
      el("button", { onclick: () => dialog.close() }, t("cancel")), el("button", { class: "primary", onclick: back }, t("back"))));
    return;
  }
  const save = el("button", { class: "primary" }, t("save"));
  const buttons = el("div", { class: "buttons" },
    el("button", { onclick: () => dialog.close() }, t("cancel")), back ? el("button", { onclick: back }, t("back")) : null, save);
  save.addEventListener("click", async () => {
    save.disabled = true;
    try {
      await api.call(change.method, change.path, { query: change.query, body: change.body, etag: version });
      dialog.close();
      announce(t("edit.saved"));
      await refresh();
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        replace(panel, el("p", { class: "notice warn", role: "alert" }, t("edit.conflict")));
        replace(buttons, el("button", { onclick: () => dialog.close() }, t("cancel")),
          el("button", { class: "primary", onclick: () => review(dialog, title, change, back) }, t("edit.again")));
        return;
      }
      replace(panel, problem(error));
      save.disabled = false;
    }
  });
  append(dialog, buttons);
  save.focus();
}

/** The tag of the managed entry that a change is about, or null where there is none yet. */
async function tag(change) {
  try {
    return (await api.call("GET", change.path, { query: change.identity })).etag;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return null;
    }
    throw error;
  }
}

function expires(control) {
  return control.value ? new Date(control.value).toISOString() : undefined;
}

function localTime(instant) {
  if (!instant) {
    return "";
  }
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Adds a domain (`domain` null, or with proposed values and `proposed: true`) or changes one. */
export function editDomain(policy, domain) {
  const known = domain && !domain.proposed;
  const title = known ? t("edit.domain", { name: domain.name }) : t("edit.newDomain");
  const name = el("input", { value: domain?.name ?? "", disabled: known, autocomplete: "off", spellcheck: "false", required: true });
  const match = select([["subtree", t("match.subtree.long")], ["exact", t("match.exact.long")]], domain?.match, { disabled: known });
  const action = select(["inbound", "relay", "route", "reject"].map(one => [one, t(`action.${one}.long`)]), domain?.action ?? "relay");
  const nextHop = el("input", { value: domain?.via ? "" : domain?.next_hop ?? "", autocomplete: "off", spellcheck: "false" });
  const via = el("input", { value: domain?.via ?? "", autocomplete: "off", spellcheck: "false" });
  const file = fileChoice(policy, "domains", domain);
  const reply = el("input", { value: domain?.reply ?? "", maxlength: 200 });
  const until = el("input", { type: "datetime-local", value: localTime(domain?.expires) });
  const nameField = field(t("domain"), name);
  const hopField = field(t("nextHop"), nextHop, { note: t("edit.nextHopNote") });
  const viaField = field(t("edit.via"), via, { note: t("edit.viaNote") });
  const replyField = field(t("edit.reply"), reply, { note: t("edit.replyNote"), wide: true });
  const relays = () => action.value === "relay" || action.value === "route";
  const adapt = () => {
    hopField.classList.toggle("hidden", !relays());
    viaField.classList.toggle("hidden", !relays());
    replyField.classList.toggle("hidden", action.value !== "reject");
  };
  action.addEventListener("change", adapt);
  adapt();
  const form = el("form", {
    novalidate: true,
    onsubmit: event => {
      event.preventDefault();
      const text = name.value.trim();
      nameField.problem(text ? "" : t("edit.nameMissing"));
      if (!text) {
        name.focus();
        return;
      }
      const body = { match: match.value, action: action.value };
      if (relays() && nextHop.value.trim()) {
        body.next_hop = nextHop.value.trim();
      }
      if (relays() && via.value.trim()) {
        body.via = via.value.trim();
      }
      if (action.value === "reject" && reply.value.trim()) {
        body.reply = reply.value.trim();
      }
      review(dialog, title, {
        method: "PUT", path: `policies/${api.name(policy.name)}/domains/${api.name(text)}`, identity: { match: match.value },
        query: { file: file.value, expires: expires(until) }, body,
      }, () => {
        replace(dialog, el("h2", null, title), form);
        name.focus();
      });
    },
  },
  el("div", { class: "form" }, nameField, field(t("match"), match), field(t("action"), action),
    field(t("expires"), until, { note: t("edit.expiresNote") }), hopField, viaField, replyField, file.box),
  el("div", { class: "buttons" },
    el("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), el("button", { class: "primary" }, t("edit.review"))));
  const dialog = openDialog(title, form);
  (known ? action : name).focus();
}

export function removeDomain(policy, domain) {
  const path = `policies/${api.name(policy.name)}/domains/${api.name(domain.name)}`;
  const title = t("edit.removeDomain", { name: domain.name });
  review(openDialog(title), title, {
    method: "DELETE", path, identity: { match: domain.match }, query: { match: domain.match, file: fileOf(domain.rule) },
  }, null);
}

/** Adds a network to a list of the restrictions. */
export function addNetwork(policy, list, proposed) {
  const title = t("edit.newNetwork", { list: t(`list.${list}`) });
  const network = el("input", { value: proposed ?? "", autocomplete: "off", spellcheck: "false", required: true });
  const until = el("input", { type: "datetime-local" });
  const file = fileChoice(policy, list, null);
  const networkField = field(t("network"), network, { note: t("edit.networkNote") });
  const form = el("form", {
    novalidate: true,
    onsubmit: event => {
      event.preventDefault();
      const text = network.value.trim();
      networkField.problem(text ? "" : t("edit.networkMissing"));
      if (!text) {
        network.focus();
        return;
      }
      review(dialog, title, networkChange(policy, list, text, "PUT", { file: file.value, expires: expires(until) }), () => {
        replace(dialog, el("h2", null, title), form);
        network.focus();
      });
    },
  },
  el("div", { class: "form" }, networkField, field(t("expires"), until, { note: t("edit.expiresNote") }), file.box),
  el("div", { class: "buttons" },
    el("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), el("button", { class: "primary" }, t("edit.review"))));
  const dialog = openDialog(title, form);
  network.focus();
}

export function removeNetwork(policy, list, entry) {
  const title = t("edit.removeNetwork", { name: entry.entry });
  review(openDialog(title), title, networkChange(policy, list, entry.entry, "DELETE", { file: fileOf(entry.rule) }), null);
}

/** The slash of a network stays as it is: some servers take none that is encoded. */
function networkChange(policy, list, network, method, query) {
  const path = `policies/${api.name(policy.name)}/restrictions/${list}/${network.split("/").map(api.name).join("/")}`;
  return { method, path, identity: {}, query, body: method === "PUT" ? {} : undefined };
}

function fileOf(rule) {
  return rule.replace(/:\d+$/, "");
}

/** In which managed list: asked only where there are several. */
function fileChoice(policy, list, known) {
  const files = policy.managed[list] ?? [];
  if (known?.rule) {
    return { value: fileOf(known.rule), box: null };
  }
  if (files.length < 2) {
    return { value: undefined, box: null };
  }
  const choice = select(files.map(file => [file, file]));
  return { get value() { return choice.value; }, box: field(t("edit.file"), choice) };
}

/** From a refusal: what would allow it. */
export function allow(policy, refusal) {
  const choices = [];
  const domain = (refusal.recipient ?? "").split("@").pop();
  if (policy.managed.domains && domain) {
    choices.push(el("button", {
      onclick: () => {
        dialog.close();
        editDomain(policy, { proposed: true, name: domain, match: "exact", action: "relay" });
      },
    }, t("allow.domain", { domain })));
  }
  if (policy.managed.clients && refusal.client) {
    choices.push(el("button", {
      onclick: () => {
        dialog.close();
        addNetwork(policy, "clients", refusal.client);
      },
    }, t("allow.client", { client: refusal.client })));
  }
  const dialog = openDialog(t("allow.title"),
    el("p", null, t("allow.lead")),
    choices.length > 0 ? el("div", { class: "buttons" }, choices) : el("p", { class: "notice" }, t("allow.unmanaged")),
    el("div", { class: "buttons" }, el("button", { onclick: () => dialog.close() }, t("cancel"))));
}
