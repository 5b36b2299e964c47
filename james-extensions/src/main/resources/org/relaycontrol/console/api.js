// The pack's webadmin routes. Paths are relative to this page, so that a reverse proxy may put webadmin under any prefix.

import { askForCredentials } from "./login.js";

const BASE = new URL("../", import.meta.url);
const KEY = "relaycontrol.credentials";

/** What a route answered instead of what was asked for. */
export class ApiError extends Error {
  constructor(status, answer) {
    super(answer?.message ?? `HTTP ${status}`);
    this.status = status;
    this.details = answer?.details ?? null;
    this.answer = answer;
  }
}

function credentials() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function isSignedIn() {
  return Boolean(sessionStorage.getItem(KEY));
}

export function signOut() {
  sessionStorage.removeItem(KEY);
}

let asking = null;

async function signIn(again) {
  asking ??= askForCredentials(again).then(headers => {
    sessionStorage.setItem(KEY, JSON.stringify(headers));
  }).finally(() => {
    asking = null;
  });
  return asking;
}

function url(path, query) {
  const at = new URL(path, BASE);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") {
      at.searchParams.set(name, value);
    }
  }
  return at;
}

async function call(method, path, { query, body, etag, signal, contentType } = {}) {
  for (let again = false; ; again = true) {
    const used = sessionStorage.getItem(KEY);
    const headers = { Accept: "application/json", ...credentials() };
    if (method !== "GET") {
      headers["Content-Type"] = contentType ?? "application/json";
    }
    if (etag) {
      headers["If-Match"] = etag;
    }
    const response = await fetch(url(path, query), {
      method, headers, signal, cache: "no-store", credentials: "same-origin",
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
    if (response.status === 401) {
      // Another request may have signed in meanwhile.
      if (used === sessionStorage.getItem(KEY)) {
        await signIn(again && used !== null);
      }
      continue;
    }
    const text = await response.text();
    let answer = null;
    try {
      answer = text ? JSON.parse(text) : null;
    } catch {
      answer = { message: text.slice(0, 500) };
    }
    if (!response.ok) {
      throw new ApiError(response.status, answer);
    }
    return { answer, etag: response.headers.get("ETag") };
  }
}

const get = async (path, query, signal) => (await call("GET", path, { query, signal })).answer;
const name = text => encodeURIComponent(text);

export const api = { call, get, name };
