// The running policy: since when, from which files, what is wrong with it; what a candidate would change; what was decided lately.

import { api } from "./api.js";
import { append, badge, el, replace, table } from "./dom.js";
import { drawChart } from "./chart.js";
import { difference, instant, number, problem } from "./format.js";
import { refresh } from "./main.js";
import { t } from "./strings.js";

const EVERY_MILLISECONDS = 5_000;
const HASH_SHOWN = 16;

export async function render(root, { current }) {
  const summary = el("div");
  const chart = el("section", { class: "card chart" }, el("h3", null, t("status.chart")));
  const drawing = el("div");
  append(chart, drawing);
  const candidate = el("section", { class: "card" });
  replace(root, summary, chart, candidate);

  let compared = null;
  let comparison = null;

  /** What the candidate would decide differently, whoever sends what: asked anew only where one of the two policies is another one. */
  async function compare(status, differences) {
    const pair = `${status.sha256} ${differences.sha256}`;
    if (!differences.sha256) {
      compared = null;
      comparison = null;
    } else if (pair !== compared) {
      compared = pair;
      comparison = await api.get("candidate/diff").then(difference, problem);
    }
    return comparison;
  }

  async function load() {
    const [status, decisions, differences] = await Promise.all(["status", "decisions", "candidate"].map(path =>
      api.get(path).catch(error => ({ failed: error }))));
    if (!current()) {
      return;
    }
    replace(summary, status.failed ? problem(status.failed) : show(status));
    replace(drawing, decisions.failed ? problem(decisions.failed) : drawChart(decisions));
    const whole = differences.failed ? null : await compare(status, differences);
    if (current()) {
      replace(candidate, el("h3", null, t("status.candidate")),
        differences.failed ? problem(differences.failed) : showCandidate(differences, whole));
    }
  }

  await load();
  const timer = setInterval(() => {
    if (!document.hidden) {
      load();
    }
  }, EVERY_MILLISECONDS);
  return () => clearInterval(timer);
}

function remark(one) {
  return `${one.file}:${one.line}: ${one.text}${one.name ? ` [${one.name}]` : ""}`;
}

function show(status) {
  return [
    status.stale && status.last_failure ? el("div", { class: "notice bad" }, el("strong", null, t("status.failed")), " ", instant(status.last_failure.when),
      el("ul", null, status.last_failure.problems.map(one => el("li", { class: "mono" }, remark(one))))) : null,
    status.warnings.length > 0 ? el("div", { class: "notice warn" }, el("strong", null, t("status.warnings")),
      el("ul", null, status.warnings.map(one => el("li", { class: "mono" }, remark(one))))) : null,
    el("div", { class: "grid" },
      el("section", { class: "card" }, el("h3", null, t("status.policy")),
        el("dl", { class: "facts" },
          el("dt", null, t("status.loaded")), el("dd", null, instant(status.loaded_at)),
          el("dt", null, "SHA-256"), el("dd", null, el("code", { title: status.sha256 }, (status.sha256 ?? "").slice(0, HASH_SHOWN))),
          el("dt", null, t("status.lists")), el("dd", null, t("status.counts",
            Object.fromEntries(Object.entries(status.counts).map(([name, count]) => [name, number(count)])))),
          el("dt", null, t("status.reloads")), el("dd", null, t("status.reloadCounts",
            { ok: number(status.loads), failed: number(status.failed_loads) })),
          el("dt", null, t("status.writable")), el("dd", null, status.may_change ? t("yes") : t("status.readOnly"))),
        status.may_change ? el("div", { class: "buttons" }, el("button", {
          onclick: async event => {
            event.target.disabled = true;
            try {
              await api.call("POST", "reload", { body: {} });
              await refresh();
            } catch (error) {
              append(event.target.parentNode.parentNode, problem(error));
              event.target.disabled = false;
            }
          },
        }, t("status.reload"))) : null),
      el("section", { class: "card" }, el("h3", null, t("status.files")),
        el("ul", { class: "plain" }, status.files.map(file => el("li", null, el("code", null, file)))))),
  ];
}

function showCandidate(answer, whole) {
  const failure = answer.failure ? el("div", { class: "notice bad" }, t("candidate.bad"),
    el("ul", null, answer.failure.problems.map(one => el("li", { class: "mono" }, remark(one))))) : null;
  if (!answer.since) {
    return [failure, failure ? null : el("p", { class: "muted" }, t("candidate.absent"))];
  }
  return [
    failure,
    whole ? [el("h4", null, t("candidate.changes")), whole] : null,
    el("h4", null, t("candidate.trial")),
    el("p", null, t("candidate.since"), " ", instant(answer.since), ": ",
      t("candidate.counts", { alike: number(answer.alike), different: number(answer.different) })),
    table(t("status.candidate"), [[t("refusals.when")], [t("refusals.client")], [t("refusals.recipient")], [t("candidate.running")],
      [t("candidate.candidate")]],
    answer.latest.map(one => [instant(one.running.time), el("code", { class: "nowrap" }, one.running.client ?? ""), one.running.recipient ?? "",
      [badge(one.running.verdict), " ", one.running.reason], [badge(one.candidate.verdict), " ", one.candidate.reason]]),
    { empty: t("candidate.alike") }),
  ];
}
