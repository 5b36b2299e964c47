// Elements and text. Nothing here or elsewhere in the console parses HTML: whatever the server says becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (name === "value" || name === "checked" || name === "disabled") {
      node[name] = value;
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(node, children);
  return node;
}

export function append(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return node;
}

/** An HTML element: attributes (`on…` are listeners), then children (nodes or text). */
export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, ...children);
}

let ids = 0;

export function id(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}

/** A labelled form control; `note` explains it, `wide` gives it a row of its own. */
export function field(label, control, { note, wide, grow } = {}) {
  control.id = control.id || id("field");
  const hint = note ? el("small", { id: id("hint") }, note) : null;
  const problem = el("span", { class: "error-text", id: id("problem") });
  control.setAttribute("aria-describedby", [hint?.id, problem.id].filter(Boolean).join(" "));
  const box = el("div", { class: ["field", wide && "wide", grow && "grow"].filter(Boolean).join(" ") },
    el("label", { for: control.id }, label), control, hint, problem);
  box.problem = text => {
    problem.textContent = text ?? "";
    if (text) {
      control.setAttribute("aria-invalid", "true");
    } else {
      control.removeAttribute("aria-invalid");
    }
  };
  return box;
}

export function select(options, selected, attributes) {
  const control = el("select", attributes,
    options.map(([value, label]) => el("option", { value }, label)));
  control.value = selected ?? options[0]?.[0] ?? "";
  return control;
}

export function badge(kind, text) {
  const known = ["inbound", "relay", "route", "reject", "permit", "deny", "defer"];
  return el("span", { class: `badge ${known.includes(kind) ? kind : "plain"}` }, text ?? kind);
}

function isBlank(cell) {
  return [cell].flat(Infinity).every(part => part === null || part === undefined || part === false || part === "");
}

/** A table: columns are `[heading, class]`, rows are arrays of cells (node, text, or list of these). */
export function table(caption, columns, rows, { empty } = {}) {
  if (rows.length === 0) {
    return el("div", { class: "table-wrap" }, el("p", { class: "empty" }, empty ?? ""));
  }
  return el("div", { class: "table-wrap", tabindex: 0, role: "region", "aria-label": caption },
    el("table", { class: "stack" },
      el("caption", { class: "visually-hidden" }, caption),
      el("thead", null, el("tr", null, columns.map(([heading, kind]) => el("th", { scope: "col", class: kind }, heading)))),
      el("tbody", null, rows.map(row => {
        const cells = Array.isArray(row) ? row : row.cells;
        return el("tr", { class: row.class },
          cells.map((cell, i) => el("td", {
            class: [columns[i][1], isBlank(cell) && "blank"].filter(Boolean).join(" ") || null, "data-label": columns[i][0],
          }, el("div", { class: "cell" }, cell))));
      }))));
}

export function debounce(action, milliseconds) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

/** Shows the row or line that a link leads to. */
export function reveal(root) {
  root.querySelector(".hit")?.scrollIntoView({ block: "center" });
}

/** Reads aloud what has changed on the page. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
