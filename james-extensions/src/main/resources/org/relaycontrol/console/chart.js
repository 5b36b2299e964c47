// Decisions by reason over the last hour, a bar a minute.

import { el, svg, table } from "./dom.js";
import { number } from "./format.js";
import { t } from "./strings.js";

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 48;
const BOTTOM = 22;
const TOP = 8;
const NAMED = 5;

/** `minutes`: the oldest first, each with its start and the number of decisions by reason. */
export function drawChart({ minutes }) {
  const totals = new Map();
  for (const minute of minutes) {
    for (const [reason, count] of Object.entries(minute.reasons)) {
      totals.set(reason, (totals.get(reason) ?? 0) + count);
    }
  }
  if (totals.size === 0) {
    return el("p", { class: "muted" }, t("chart.nothing"));
  }
  const ordered = [...totals].sort((one, other) => other[1] - one[1]);
  const named = ordered.slice(0, NAMED).map(([reason]) => reason);
  const series = ordered.length > NAMED ? [...named, t("chart.others")] : named;
  const stacks = minutes.map(minute => {
    const counts = named.map(reason => minute.reasons[reason] ?? 0);
    if (ordered.length > NAMED) {
      counts.push(Object.entries(minute.reasons).filter(([reason]) => !named.includes(reason)).reduce((sum, [, count]) => sum + count, 0));
    }
    return counts;
  });
  const top = Math.max(1, ...stacks.map(counts => counts.reduce((sum, count) => sum + count, 0)));
  const step = (WIDTH - LEFT) / minutes.length;
  const y = count => (HEIGHT - BOTTOM - TOP) * (1 - count / top) + TOP;
  const bars = stacks.flatMap((counts, i) => {
    let sum = 0;
    return counts.map((count, s) => {
      const bar = count === 0 ? null : svg("rect", {
        class: `s${s}`, x: LEFT + i * step + 0.5, width: Math.max(1, step - 1.5), y: y(sum + count), height: y(sum) - y(sum + count),
      }, svg("title", null, `${new Date(minutes[i].from).toLocaleTimeString()} ${series[s]}: ${number(count)}`));
      sum += count;
      return bar;
    });
  });
  const ticks = [0, Math.floor(minutes.length / 2), minutes.length - 1];
  const total = ordered.reduce((sum, [, count]) => sum + count, 0);
  return el("div", null,
    el("ul", { class: "legend" }, series.map((name, s) => el("li", null, el("span", { class: `swatch s${s}`, "aria-hidden": "true" }), name))),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("chart.about", { total: number(total) }) },
      svg("line", { class: "axis", x1: LEFT, x2: WIDTH, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }),
      svg("text", { x: LEFT - 6, y: TOP + 8, "text-anchor": "end" }, number(top)),
      svg("text", { x: LEFT - 6, y: HEIGHT - BOTTOM, "text-anchor": "end" }, "0"),
      bars,
      ticks.map((i, n) => svg("text", {
        x: LEFT + (i + 0.5) * step, y: HEIGHT - 6, "text-anchor": ["start", "middle", "end"][n],
      }, new Date(minutes[i].from).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })))),
    el("details", null, el("summary", null, t("chart.numbers")),
      table(t("status.chart"), [[t("reason")], [t("chart.decisions"), "number"]], ordered.map(([reason, count]) => [reason, number(count)]))));
}
