// Keeps what is shown fresh: when the ledger says that something was committed, the page is asked for again, and of it only the
// parts are replaced that changed. Without this script the page is what it was when it was opened, and all else works.
"use strict";
(() => {
  const root = document.documentElement;
  const wish = name => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* for this time only then */ } };
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  if (wish("theme")) root.dataset.theme = wish("theme");

  const second = 1000, grow = 5 * second, was = new Map(), stops = "a, button, summary, [tabindex]";
  let paused = wish("paused") === "yes", stale = false, busy = false, last = 0, gap = second, source = null, timer = 0;

  const say = (text, kind) => {
    const live = document.getElementById("live");
    if (live && live.textContent !== text) { live.textContent = text; live.className = "live " + kind; }
  };

  function ago(ms) {
    const s = Math.floor(ms / second);
    return ms < -2 * second ? "in the future" : s < 1 ? "now" : s < 60 ? s + " s ago" : s < 3600 ? Math.floor(s / 60) + " m ago"
      : s < 86400 ? Math.floor(s / 3600) + " h ago" : Math.floor(s / 86400) + " d ago";
  }

  function times() {
    for (const time of document.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (at - Date.now() < 2 * second) time.textContent = ago(Date.now() - at);
      time.title = at.toISOString().replace("T", " ").slice(0, 19) + " UTC, " + at.toLocaleString() + " here";
    }
  }

  // Which element of what is shown is which of what is fresh: by what names it, however much came above it.
  function named(part, selector, of = element => element) {
    const found = new Map();
    for (const element of part.querySelectorAll(selector)) {
      let name = [element.closest("[id]").id, element.tagName, element.getAttribute("href") ?? element.value].join(" ");
      while (found.has(name)) name += "'";
      found.set(name, of(element));
    }
    return found;
  }

  // Somebody types into it, has typed and not yet sent, or marks text in it.
  const inHand = part => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    || [...part.querySelectorAll("input, textarea")].some(field => field.value !== field.defaultValue)
    || !getSelection().isCollapsed && getSelection().containsNode(part, true);

  // What is open, focused or scrolled stays so.
  function renew(part, fresh) {
    const open = named(part, "details", details => details.open), scrolled = named(part, ".scroll", box => box.scrollLeft);
    const at = [...named(part, stops)].find(([, element]) => element === document.activeElement)?.[0];
    part.replaceWith(fresh);
    named(fresh, "details").forEach((details, name) => { if (open.get(name)) details.open = true; });
    named(fresh, ".scroll").forEach((box, name) => { box.scrollLeft = scrolled.get(name) ?? 0; });
    if (at) named(fresh, stops).get(at)?.focus({ preventScroll: true });
  }

  // A part as far as it can change: the age of a time is counted here, and a form's token is as good as the one before.
  const gist = part => part.outerHTML.replace(/(RequestVerificationToken" value=")[^"]*|(<time [^>]*>)[^<]*/g, "$1$2");

  async function refresh() {
    if (busy || paused || document.hidden) { stale = true; return; }
    busy = true; stale = false; last = Date.now();
    let held = false, answered = false;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) { say("Signed out: reload", "bad"); return; }
      if (!(answer.headers.get("content-type") ?? "").includes("text/html")) throw new Error(answer.statusText);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (paused) { stale = true; return; }
      answered = true;
      const trouble = fresh.getElementById("outage"), shown = document.getElementById("outage");
      if (trouble && !shown) document.getElementById("main").prepend(trouble);
      if (!trouble && shown) shown.remove();
      if (!trouble) {
        for (const part of document.querySelectorAll("[data-live]")) {
          const next = fresh.getElementById(part.id);
          if (!next || gist(next) === was.get(part.id)) continue;
          if (inHand(part)) { held = true; continue; }
          was.set(part.id, gist(next));
          renew(part, next);
        }
        // The database was away when this page was opened, and is back.
        if (!document.querySelector("[data-live]") && fresh.querySelector("[data-live]")) location.reload();
        document.title = fresh.title;
      }
      times();
      if (trouble) say("The database is away", "bad"); else if (held) say("Waits while you write", ""); else say("Live", "good");
    } catch {
      say("The ledger does not answer", "bad");
      stale = true;
    } finally {
      busy = false;
      // A page that costs the ledger much is asked for seldom.
      gap = Math.max(second, 10 * (Date.now() - last));
      // Something was committed while the answer was on its way.
      if (answered && stale) soon();
      stale ||= held;
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(refresh, Math.max(0, last + gap - Date.now()));
  }

  function listen() {
    source?.close();
    source = null;
    if (paused || document.hidden) return;
    source = new EventSource("/api/live");
    // The first comes at once: what was committed after the page was made and before this is shown by asking again.
    source.addEventListener("changed", soon);
    source.onopen = () => { if (stale) soon(); };
    source.onerror = () => {
      say("Reconnecting", "bad");
      stale = true;
      // The browser tries again by itself, but not after an answer that is an error.
      if (source?.readyState === EventSource.CLOSED) setTimeout(() => { if (source?.readyState === EventSource.CLOSED) listen(); }, grow);
    };
  }

  const letGo = () => { if (stale && ![...document.querySelectorAll("[data-live]")].some(inHand)) soon(); };
  document.addEventListener("focusout", letGo);
  document.addEventListener("selectionchange", letGo);
  document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden && stale) soon(); });
  addEventListener("DOMContentLoaded", () => {
    const theme = document.getElementById("theme"), pause = document.getElementById("pause");
    const label = () => {
      theme.textContent = dark() ? "Light" : "Dark";
      pause.textContent = paused ? "Resume" : "Pause";
      pause.setAttribute("aria-pressed", paused);
      if (paused) say("Paused", "");
    };
    theme.hidden = false;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
    theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; keep("theme", root.dataset.theme); label(); });
    if (document.querySelector("[data-live], [data-growing]")) {
      pause.hidden = false;
      pause.addEventListener("click", () => { paused = !paused; keep("paused", paused ? "yes" : "no"); label(); listen(); if (!paused) soon(); });
      document.querySelectorAll("[data-live]").forEach(part => was.set(part.id, gist(part)));
      listen();
      setInterval(() => { if (document.querySelector("[data-growing]")) soon(); }, grow);
    }
    label();
    times();
    setInterval(times, 10 * second);
  });
})();
