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

/** `reasons`: each with its counts, the oldest first, for slots of so many `seconds` that begin at `from`. */
export function drawChart({ from, seconds, reasons }) {
  const ordered = reasons.filter(reason => reason.total > 0).sort((one, other) => other.total - one.total);
  if (ordered.length === 0) {
    return el("p", { class: "muted" }, t("chart.nothing"));
  }
  const named = ordered.slice(0, NAMED);
  const others = ordered.slice(NAMED);
  const series = [...named.map(one => one.reason), ...(others.length > 0 ? [t("chart.others")] : [])];
  const slots = ordered[0].counts.length;
  const began = i => new Date(Date.parse(from) + i * seconds * 1000);
  const stacks = Array.from({ length: slots }, (_, i) => [
    ...named.map(one => one.counts[i]), ...(others.length > 0 ? [others.reduce((sum, one) => sum + one.counts[i], 0)] : [])]);
  const top = Math.max(1, ...stacks.map(counts => counts.reduce((sum, count) => sum + count, 0)));
  const step = (WIDTH - LEFT) / slots;
  const y = count => (HEIGHT - BOTTOM - TOP) * (1 - count / top) + TOP;
  const bars = stacks.flatMap((counts, i) => {
    let sum = 0;
    return counts.map((count, s) => {
      const bar = count === 0 ? null : svg("rect", {
        class: `s${s}`, x: LEFT + i * step + 0.5, width: Math.max(1, step - 1.5), y: y(sum + count), height: y(sum) - y(sum + count),
      }, svg("title", null, `${began(i).toLocaleTimeString()} ${series[s]}: ${number(count)}`));
      sum += count;
      return bar;
    });
  });
  const ticks = [0, Math.floor(slots / 2), slots - 1];
  const total = ordered.reduce((sum, one) => sum + one.total, 0);
  return el("div", null,
    el("ul", { class: "legend" }, series.map((name, s) => el("li", null, el("span", { class: `swatch s${s}`, "aria-hidden": "true" }), name))),
    el("div", { class: "drawing", tabindex: 0, role: "region", "aria-label": t("status.chart") }, svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("chart.about", { total: number(total) }) },
      svg("line", { class: "axis", x1: LEFT, x2: WIDTH, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }),
      svg("text", { x: LEFT - 6, y: TOP + 8, "text-anchor": "end" }, number(top)),
      svg("text", { x: LEFT - 6, y: HEIGHT - BOTTOM, "text-anchor": "end" }, "0"),
      bars,
      ticks.map((i, n) => svg("text", {
        x: LEFT + (i + 0.5) * step, y: HEIGHT - 6, "text-anchor": ["start", "middle", "end"][n],
      }, began(i).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }))))),
    el("details", null, el("summary", null, t("chart.numbers")),
      table(t("status.chart"), [[t("reason")], [t("chart.decisions"), "number"]], ordered.map(one => [one.reason, number(one.total)]))));
}
