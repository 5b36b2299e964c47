// The address space as a picture: 256 parts along a Hilbert curve, so that what is close in number is close on the page. An open relay is red.

import { api } from "./api.js";
import { el, replace, svg, table } from "./dom.js";
import { problem } from "./format.js";
import { t } from "./strings.js";

const SIDE = 16;
const CELL = 10;
const SHOWN = 40;
const KINDS = ["open", "relay", "never", "refused"];

/** The column and row of a position on the Hilbert curve through 16 x 16 cells. */
function position(index) {
  let x = 0;
  let y = 0;
  let rest = index;
  for (let size = 1; size < SIDE; size *= 2) {
    const right = 1 & (rest >> 1);
    const down = 1 & (rest ^ right);
    if (down === 0) {
      if (right === 1) {
        x = size - 1 - x;
        y = size - 1 - y;
      }
      [x, y] = [y, x];
    }
    x += size * right;
    y += size * down;
    rest >>= 2;
  }
  return [x, y];
}

function percent(share) {
  if (share >= 1) {
    return "100 %";
  }
  return share < 0.001 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`;
}

function describe(part) {
  const said = KINDS.filter(kind => part[kind] > 0).map(kind => t(`map.${kind}.share`, { share: percent(part[kind]) }));
  return `${part.network}: ${said.join(", ") || t("map.none")}`;
}

/** What colours a part: whoever is open shows, however few they are. */
function kindOf(part) {
  return KINDS.find(kind => part[kind] > 0) ?? "none";
}

function isDivisible(network) {
  const [address, length] = network.split("/");
  return length !== undefined && Number(length) < (address.includes(":") ? 128 : 32);
}

export async function drawMap(root, policy) {
  const crumbs = el("nav", { class: "crumbs", "aria-label": t("map.where") });
  const picture = el("div");
  const list = el("div");
  replace(root,
    el("ul", { class: "legend" }, ["none", ...KINDS].map(kind => el("li", null,
      el("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), t(`map.${kind}`)))),
    crumbs, el("div", { class: "map" }, picture, list));

  async function open(path) {
    const within = path[path.length - 1];
    let parts;
    try {
      parts = (await api.get(`policies/${api.name(policy.name)}/addresses`, { within })).parts;
    } catch (error) {
      replace(picture, problem(error));
      return;
    }
    replace(crumbs,
      ["0.0.0.0/0", "::/0"].map(family => el("button", {
        class: "quiet", "aria-pressed": path[0] === family ? "true" : "false", onclick: () => open([family]),
      }, family === "::/0" ? t("map.ipv6") : t("map.ipv4"))),
      path.slice(1).map((network, i) => [el("span", { "aria-hidden": "true" }, "›"),
        el("button", { class: "quiet mono", onclick: () => open(path.slice(0, i + 2)) }, network)]));
    const cells = parts.map((part, i) => cell(part, i, parts.length));
    const drawing = svg("svg", {
      viewBox: `0 0 ${SIDE * CELL} ${SIDE * CELL}`, role: "group", "aria-label": t("map.picture", { network: within }),
    }, cells, path.length === 1 && within === "0.0.0.0/0" ? parts.map((part, i) => label(part, i)) : null);
    drawing.addEventListener("keydown", event => move(event, cells));
    if (cells.length > 0) {
      cells[0].setAttribute("tabindex", "0");
    }
    replace(picture, drawing);
    const notable = parts.filter(part => part.open > 0 || part.relay > 0);
    const columns = [
      [t("network"), null, part => isDivisible(part.network)
        ? el("button", { class: "quiet mono flush", onclick: () => open([...path, part.network]) }, part.network) : el("code", null, part.network)],
      [t("map.relay"), "number", part => part.relay > 0 ? percent(part.relay) : ""],
      notable.some(part => part.open > 0) && [t("map.open"), "number",
        part => part.open > 0 ? el("span", { class: "badge deny" }, percent(part.open)) : ""],
    ].filter(Boolean);
    replace(list, el("h4", null, t("map.who", { network: within })),
      table(t("map.who", { network: within }), columns, notable.slice(0, SHOWN).map(part => columns.map(([, , cell]) => cell(part))),
        { empty: t("map.nobody") }),
      notable.length > SHOWN ? el("p", { class: "muted" }, t("map.more", { count: notable.length - SHOWN })) : null);

    function cell(part, i) {
      const [x, y] = position(i);
      const zoom = isDivisible(part.network) ? () => open([...path, part.network]) : null;
      return svg("rect", {
        class: `cell ${kindOf(part)}`, x: x * CELL, y: y * CELL, width: CELL, height: CELL, tabindex: -1, role: zoom ? "button" : "img",
        "aria-label": describe(part), onclick: zoom,
        onkeydown: event => {
          if (zoom && (event.key === "Enter" || event.key === " ")) {
            event.preventDefault();
            zoom();
          }
        },
      }, svg("title", null, describe(part)));
    }
  }

  function label(part, i) {
    const [x, y] = position(i);
    return svg("text", { x: x * CELL + CELL / 2, y: y * CELL + CELL / 2 + 1.5, "text-anchor": "middle", "aria-hidden": "true",
      class: ["none", "refused"].includes(kindOf(part)) ? null : "on" },
      part.network.split(".")[0]);
  }

  function move(event, cells) {
    const at = cells.indexOf(document.activeElement);
    if (at < 0) {
      return;
    }
    const [x, y] = position(at);
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    const next = cells.findIndex((_, i) => {
      const [cx, cy] = position(i);
      return cx === x + step[0] && cy === y + step[1];
    });
    if (next >= 0) {
      cells[at].setAttribute("tabindex", "-1");
      cells[next].setAttribute("tabindex", "0");
      cells[next].focus();
    }
  }

  await open(["0.0.0.0/0"]);
}
