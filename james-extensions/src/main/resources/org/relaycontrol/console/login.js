// Asks once for what webadmin's authentication wants; it is kept for the browser session only.

import { el, field, select } from "./dom.js";
import { t } from "./strings.js";

export function askForCredentials(again) {
  return new Promise(resolve => {
    const kind = select([["bearer", t("login.token")], ["password", t("login.password")]], "bearer");
    const secret = el("input", { type: "password", autocomplete: "off", required: true, spellcheck: "false" });
    const dialog = el("dialog", { "aria-labelledby": "login-title" },
      el("form", {
        method: "dialog",
        onsubmit: event => {
          event.preventDefault();
          const text = secret.value.trim();
          if (!text) {
            return;
          }
          dialog.close();
          dialog.remove();
          resolve(kind.value === "bearer" ? { Authorization: `Bearer ${text}` } : { Password: text });
        },
      },
      el("h2", { id: "login-title" }, t("login.title")),
      el("p", { class: again ? "notice bad" : "muted", role: again ? "alert" : null }, again ? t("login.wrong") : t("login.lead")),
      el("div", { class: "form" }, field(t("login.kind"), kind), field(t("login.secret"), secret, { note: t("login.note") })),
      el("div", { class: "buttons" }, el("button", { class: "primary" }, t("login.submit")))));
    dialog.addEventListener("cancel", event => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    secret.focus();
  });
}
