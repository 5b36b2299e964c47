// The frame: which tab and policy are shown follows from the part of the address after #, so that every view can be linked to.

import { api, isSignedIn, signOut } from "./api.js";
import { append, el, replace, reveal } from "./dom.js";
import { problem } from "./format.js";
import { t } from "./strings.js";

/** Each is loaded when it is shown. */
const TABS = {
  routing: () => import("./routing.js"), restrictions: () => import("./restrictions.js"), try: () => import("./tryit.js"),
  refusals: () => import("./refusals.js"), status: () => import("./status.js"),
};
const FIRST = "routing";
const STATUS_MILLISECONDS = 10_000;
const EMPTY_MILLISECONDS = 200;

const frame = {
  main: el("main", { id: "main", tabindex: -1 }),
  policy: el("select", { id: "policy", "aria-label": t("policy.choose") }),
  pill: el("a", { class: "pill", href: "#/status" }, "…"),
  sign: el("button", { class: "quiet hidden", onclick: () => { signOut(); location.reload(); } }, t("login.out")),
  tabs: {},
};

let policies = [];
let leave = null;
let shown = 0;

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  return { tab: Object.hasOwn(TABS, path) ? path : FIRST, query: new URLSearchParams(query ?? "") };
}

/** The address of a view. */
export function link(tab, query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value) {
      parameters.set(name, value);
    }
  }
  const text = parameters.toString();
  return `#/${tab}${text ? `?${text}` : ""}`;
}

export function go(tab, query) {
  location.hash = link(tab, query);
}

/** Keeps what a view shows in the page's address, without a step in the browser's history. */
export function remember(query) {
  history.replaceState(null, "", link(place().tab, { policy: frame.policy.value, ...query }));
}

async function show(focus) {
  const { tab, query } = place();
  const wanted = query.get("policy");
  if (wanted && policies.some(policy => policy.name === wanted)) {
    frame.policy.value = wanted;
  }
  for (const [name, anchor] of Object.entries(frame.tabs)) {
    anchor.href = link(name, { policy: frame.policy.value });
    if (name === tab) {
      anchor.setAttribute("aria-current", "page");
    } else {
      anchor.removeAttribute("aria-current");
    }
  }
  leave?.();
  leave = null;
  shown += 1;
  const mine = shown;
  document.title = `${t(`tab.${tab}`)} – ${t("title")}`;
  const root = el("div");
  replace(frame.main, el("h2", null, t(`tab.${tab}`)), el("p", { class: "lead" }, t(`lead.${tab}`)), root);
  if (focus) {
    frame.main.focus({ preventScroll: true });
  }
  const policy = policies.find(one => one.name === frame.policy.value);
  try {
    const view = await TABS[tab]();
    if (mine !== shown) {
      return;
    }
    const rendering = view.render(root, { policy, policies, query, current: () => mine === shown, readOnly: readOnly() });
    // Not before: it makes the browser lay out the page, and the view's first request would wait for that.
    frame.tabs[tab].scrollIntoView({ block: "nearest", inline: "nearest" });
    const cleanUp = await rendering;
    if (mine === shown) {
      leave = cleanUp ?? null;
    } else {
      cleanUp?.();
    }
  } catch (error) {
    if (mine === shown) {
      append(root, problem(error));
    }
  }
}

let state = null;

function readOnly() {
  return !(state?.may_change ?? false);
}

async function refreshStatus() {
  try {
    state = await api.get("status");
    const failed = Boolean(state.stale);
    const warnings = state.warnings?.length ?? 0;
    frame.pill.className = `pill ${failed ? "bad" : warnings > 0 ? "warn" : "good"}`;
    frame.pill.textContent = failed ? t("pill.failed") : warnings > 0 ? t("pill.warnings", { count: warnings }) : t("pill.good");
  } catch (error) {
    frame.pill.className = "pill bad";
    frame.pill.textContent = t("pill.unreachable");
  }
  frame.sign.classList.toggle("hidden", !isSignedIn());
}

/** Loads the policies anew, after a change, and shows the view again. */
export async function refresh() {
  await Promise.all([refreshStatus(), loadPolicies()]);
  await show(false);
}

async function loadPolicies() {
  policies = (await api.get("policies")).policies;
  const chosen = frame.policy.value || place().query.get("policy");
  replace(frame.policy, policies.map(policy => el("option", { value: policy.name },
    policy.listeners.length > 0 ? `${policy.name} (${policy.listeners.join(", ")})` : policy.name)));
  if (policies.some(policy => policy.name === chosen)) {
    frame.policy.value = chosen;
  }
}

async function loadAndShow() {
  try {
    await Promise.all([TABS[place().tab](), refreshStatus(), loadPolicies()]);
    await show(false);
  } catch (error) {
    replace(frame.main, problem(error));
  }
}

async function start() {
  append(document.body, el("div", { id: "announcer", class: "visually-hidden", role: "status", "aria-live": "polite" }));
  const loading = loadAndShow();
  for (const name of Object.keys(TABS)) {
    frame.tabs[name] = el("a", { href: `#/${name}` }, t(`tab.${name}`));
  }
  const page = [
    el("a", { class: "skip", href: "#main", onclick: event => { event.preventDefault(); frame.main.focus(); } }, t("skip")),
    el("header", { class: "page" },
      el("div", { class: "brand" },
        el("div", { class: "title" }, el("img", { src: "icon.svg", alt: "" }), el("h1", null, t("title")), frame.pill),
        el("label", { for: "policy" }, t("policy"), frame.policy), frame.sign),
      el("nav", { class: "tabs", "aria-label": t("tabs") }, Object.values(frame.tabs))),
    frame.main,
  ];
  frame.policy.addEventListener("change", () => go(place().tab, { policy: frame.policy.value }));
  window.addEventListener("hashchange", () => show(true));
  // Painted once, with what it shows, unless that takes long.
  await Promise.race([loading, new Promise(done => setTimeout(done, EMPTY_MILLISECONDS))]);
  append(document.body, page);
  frame.tabs[place().tab].scrollIntoView({ block: "nearest", inline: "nearest" });
  reveal(frame.main);
  await loading;
  document.documentElement.dataset.ready = "true";
  setInterval(() => {
    if (!document.hidden) {
      refreshStatus();
    }
  }, STATUS_MILLISECONDS);
}

start();
