// Changing managed entries: first the page shows what the change means, then it asks, then it saves.

import { api, ApiError } from "./api.js";
import { announce, append, el, field, replace, select } from "./dom.js";
import { difference, problem, written } from "./format.js";
import { refresh } from "./main.js";
import { t } from "./strings.js";

/** Somebody else was faster: the entry is another one, or there is one now. */
const CONFLICTS = [412, 428];

/** What an entry that has no recipients verified says of how. */
const NOT_VERIFIED = { verify: "", directory: "", verify_timeout: "", verify_ttl: "", verify_negative_ttl: "", verify_on_failure: "" };

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
 * @param change method, path, query and body of the request, by which query to read the entry as it is, and the tag it had when its form was
 *   opened: null if there was none
 * @param dialog where to show it; it closes when the change is made
 * @param back what Back shows again
 */
async function review(dialog, title, change, back) {
  const panel = el("div", null, el("p", { class: "muted" }, t("edit.comparing")));
  replace(dialog, el("h2", { tabindex: -1 }, title), panel);
  const cancel = el("button", { onclick: () => dialog.close() }, t("cancel"));
  let now;
  try {
    now = await present(change);
    const { answer } = await api.call(change.method, change.path, { query: { ...change.query, dryRun: true }, body: change.body });
    replace(panel, meanwhile(change, now), el("p", null, t("edit.means")), difference(answer));
  } catch (error) {
    replace(panel, problem(error));
    append(panel, el("div", { class: "buttons" }, cancel, back ? el("button", { class: "primary", onclick: back }, t("back")) : null));
    return;
  }
  const save = el("button", { class: "primary" }, t("save"));
  const buttons = el("div", { class: "buttons" }, cancel, back ? el("button", { onclick: back }, t("back")) : null, save);
  save.addEventListener("click", async () => {
    save.disabled = true;
    try {
      await api.call(change.method, change.path, { query: change.query, body: change.body, etag: now.etag });
      dialog.close();
      announce(t("edit.saved"));
      await refresh();
    } catch (error) {
      if (error instanceof ApiError && CONFLICTS.includes(error.status)) {
        const again = el("button", { class: "primary", onclick: () => review(dialog, title, { ...change, seen: now.etag }, back) }, t("edit.again"));
        replace(panel, el("p", { class: "notice warn", role: "alert" }, t("edit.conflict")));
        replace(buttons, cancel, again);
        again.focus();
        return;
      }
      replace(panel, problem(error));
      save.disabled = false;
    }
  });
  append(dialog, buttons);
  save.focus({ preventScroll: true });
}

/** What somebody else has done to the entry since its form was opened. */
function meanwhile(change, now) {
  if (now.etag === change.seen) {
    return null;
  }
  return el("div", { class: "notice warn", role: "alert" },
    now.etag === null ? [t("edit.gone"), change.method === "PUT" ? [" ", t("edit.puts")] : null]
      : [t(change.seen === null ? "edit.exists" : "edit.changed"), " ", el("code", null, written(now.entry)), " ",
        change.method === "PUT" ? t("edit.replaces") : null]);
}

/** The managed entry that a change is about, with its tag; both null where there is none. */
async function present(change) {
  try {
    const { answer, etag } = await api.call("GET", change.path, { query: change.identity });
    return { entry: answer.managed, etag };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return { entry: null, etag: null };
    }
    throw error;
  }
}

function expires(control) {
  return control.value ? new Date(control.value).toISOString().replace(".000Z", "Z") : undefined;
}

function localTime(instant) {
  if (!instant) {
    return "";
  }
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Adds a domain, with proposed values if there are any. */
export function addDomain(policy, proposed) {
  domainForm(policy, t("edit.newDomain"), proposed ?? {}, null, null);
}

/** Changes a managed domain: what its line says, which is less than what is true of it if the list's element says the rest. */
export async function editDomain(policy, domain) {
  const title = t("edit.domain", { name: domain.name });
  try {
    const now = await present({ path: domainPath(policy, domain.name), identity: { match: domain.match } });
    domainForm(policy, title, now.entry ?? {}, domain, now.etag);
  } catch (error) {
    openDialog(title, problem(error));
  }
}

function domainPath(policy, name) {
  return `policies/${api.name(policy.name)}/domains/${api.name(name)}`;
}

/**
 * The form of a domain.
 *
 * @param entry what it says at first, as it is written
 * @param known the domain that is changed, as it is in force; null for a new one
 * @param seen the tag of the entry; null for a new one
 */
function domainForm(policy, title, entry, known, seen) {
  const name = el("input", { value: known?.name ?? entry.name ?? "", disabled: Boolean(known), autocomplete: "off", spellcheck: "false", required: true });
  const match = select([["subtree", t("match.subtree.long")], ["exact", t("match.exact.long")]], known?.match ?? entry.match,
    { disabled: Boolean(known) });
  const action = select(["", "inbound", "relay", "route", "reject"].map(one => [one, t(`action.${one || "list"}.long`)]), entry.action ?? "");
  const nextHop = el("input", { value: entry.next_hop ?? "", placeholder: known?.next_hop ?? "", autocomplete: "off", spellcheck: "false" });
  const via = el("input", { value: entry.via ?? "", placeholder: known?.via ?? "", autocomplete: "off", spellcheck: "false" });
  const verify = select(["", "callout", "ldap"].map(one => [one, t(`verify.${one || "list"}.long`)]), entry.verify ?? "");
  const directory = el("input", { value: entry.directory ?? "", autocomplete: "off", spellcheck: "false" });
  const file = fileChoice(policy, "domains", known);
  const reply = el("input", { value: entry.reply ?? "", placeholder: known?.reply ?? "", maxlength: 200 });
  const until = el("input", { type: "datetime-local", value: localTime(entry.expires) });
  const nameField = field(t("domain"), name);
  const hopField = field(t("nextHop"), nextHop, { note: t("edit.nextHopNote") });
  const viaField = field(t("edit.via"), via, { note: t("edit.viaNote") });
  const verifyField = field(t("edit.verify"), verify, { note: t("edit.verifyNote") });
  const directoryField = field(t("edit.directory"), directory, { note: t("edit.directoryNote") });
  const replyField = field(t("edit.reply"), reply, { note: t("edit.replyNote"), wide: true });
  const says = () => action.value || known?.action || "";
  const relays = () => ["relay", "route", ""].includes(says());
  const rejects = () => says() === "reject";
  const asksDirectory = () => relays() && verify.value === "ldap";
  /** What the form changes of how recipients are verified: nothing where it leaves that to the list, as the entry does. */
  const verification = () => {
    if (relays() && verify.value) {
      return { verify: verify.value, directory: asksDirectory() ? directory.value.trim() : "" };
    }
    return relays() && !entry.verify ? {} : NOT_VERIFIED;
  };
  const adapt = () => {
    hopField.classList.toggle("hidden", !relays());
    viaField.classList.toggle("hidden", !relays());
    verifyField.classList.toggle("hidden", !relays());
    directoryField.classList.toggle("hidden", !asksDirectory());
    replyField.classList.toggle("hidden", !rejects());
  };
  action.addEventListener("change", adapt);
  verify.addEventListener("change", adapt);
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
      review(dialog, title, {
        method: "PUT", path: domainPath(policy, text), identity: { match: match.value }, seen,
        query: { file: file.value, expires: expires(until) },
        body: domainBody({
          // What the form does not show stays as it is.
          ...entry, ...verification(), name: "", file: "", expires: "", match: match.value, action: action.value,
          next_hop: relays() ? nextHop.value.trim() : "", via: relays() ? via.value.trim() : "", reply: rejects() ? reply.value.trim() : "",
        }),
      }, () => {
        replace(dialog, el("h2", null, title), form);
        (known ? action : name).focus();
      });
    },
  },
  el("div", { class: "form" }, nameField, field(t("match"), match), field(t("action"), action),
    field(t("expires"), until, { note: t("edit.expiresNote") }), hopField, viaField, verifyField, directoryField,
    replyField, file.box),
  el("div", { class: "buttons" },
    el("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), el("button", { class: "primary" }, t("edit.review"))));
  const dialog = openDialog(title, form);
  (known ? action : name).focus();
}

/** The members that say something. */
function domainBody(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== "" && value !== null)
    .map(([member, value]) => [member, member === "allow_sender_specified_routing" ? value === "true" : value]));
}

export function removeDomain(policy, domain) {
  const title = t("edit.removeDomain", { name: domain.name });
  remove(title, {
    method: "DELETE", path: domainPath(policy, domain.name), identity: { match: domain.match },
    query: { match: domain.match, file: fileOf(domain.rule) },
  });
}

/** Reviews that an entry goes, as it is now. */
async function remove(title, change) {
  const dialog = openDialog(title);
  try {
    await review(dialog, title, { ...change, seen: (await present(change)).etag }, null);
  } catch (error) {
    append(dialog, problem(error));
  }
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
      review(dialog, title, { ...networkChange(policy, list, text, "PUT", { file: file.value, expires: expires(until) }), seen: null }, () => {
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
  remove(title, networkChange(policy, list, entry.entry, "DELETE", { file: fileOf(entry.rule) }));
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
  const unknown = refusal.reason.startsWith("recipient-");
  if (!unknown && policy.managed.domains && domain) {
    choices.push(el("button", {
      onclick: () => {
        dialog.close();
        addDomain(policy, { name: domain, match: "exact", action: "relay" });
      },
    }, t("allow.domain", { domain })));
  }
  if (!unknown && policy.managed.clients && refusal.client) {
    choices.push(el("button", {
      onclick: () => {
        dialog.close();
        addNetwork(policy, "clients", refusal.client);
      },
    }, t("allow.client", { client: refusal.client })));
  }
  const dialog = openDialog(t("allow.title"),
    el("p", null, unknown ? t("allow.recipient", { domain }) : t("allow.lead")),
    choices.length > 0 ? el("div", { class: "buttons" }, choices)
      : unknown ? null : el("p", { class: "notice" }, t("allow.unmanaged")),
    el("div", { class: "buttons" }, el("button", { onclick: () => dialog.close() }, t("cancel"))));
}
