// Keeps what is shown fresh: when the ledger says that something was committed, the page is asked for again, and of it only the
// parts are replaced that changed. Without this script the page is what it was when it was opened, and all else works.
"use strict";
(() => {
  const root = document.documentElement;
  const wish = name => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* for this time only then */ } };
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  if (wish("theme")) root.dataset.theme = wish("theme");

  const second = 1000, grow = 5 * second;
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

  // What somebody is typing into, or has opened, stays.
  function renew(part, fresh) {
    const open = [...part.querySelectorAll("details")].map(details => details.open);
    if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return;
    const at = document.activeElement && part.contains(document.activeElement)
      ? [...part.querySelectorAll("a, button, summary, [tabindex]")].indexOf(document.activeElement) : -1;
    const scrolled = [...part.querySelectorAll(".scroll")].map(box => box.scrollLeft);
    part.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((details, i) => { if (open[i]) details.open = true; });
    fresh.querySelectorAll(".scroll").forEach((box, i) => { box.scrollLeft = scrolled[i] ?? 0; });
    if (at >= 0) fresh.querySelectorAll("a, button, summary, [tabindex]")[at]?.focus({ preventScroll: true });
  }

  async function refresh() {
    if (busy || paused || document.hidden) { stale = true; return; }
    busy = true; stale = false; last = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) { say("Signed out: reload", "bad"); return; }
      if (!(answer.headers.get("content-type") ?? "").includes("text/html")) throw new Error(answer.statusText);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const trouble = fresh.getElementById("outage"), shown = document.getElementById("outage");
      if (trouble && !shown) document.getElementById("main").prepend(trouble);
      if (!trouble && shown) shown.remove();
      if (!trouble) {
        for (const part of document.querySelectorAll("[data-live]")) {
          const next = fresh.getElementById(part.id);
          if (next && next.outerHTML !== part.dataset.was) {
            const was = next.outerHTML;
            renew(part, next);
            next.dataset.was = was;
          }
        }
        // The database was away when this page was opened, and is back.
        if (!document.querySelector("[data-live]") && fresh.querySelector("[data-live]")) location.reload();
        document.title = fresh.title;
      }
      times();
      say(trouble ? "The database is away" : "Live", trouble ? "bad" : "good");
    } catch {
      say("The ledger does not answer", "bad");
      stale = true;
    } finally {
      busy = false;
      // A page that costs the ledger much is asked for seldom.
      gap = Math.max(second, 10 * (Date.now() - last));
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
    let first = true;
    source.addEventListener("changed", () => { if (first && !stale) { first = false; say("Live", "good"); } else soon(); first = false; });
    source.onopen = () => { if (stale) soon(); };
    source.onerror = () => {
      say("Reconnecting", "bad");
      stale = true;
      // The browser tries again by itself, but not after an answer that is an error.
      if (source?.readyState === EventSource.CLOSED) setTimeout(() => { if (source?.readyState === EventSource.CLOSED) listen(); }, grow);
    };
  }

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
    theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; keep("theme", root.dataset.theme); label(); });
    if (document.querySelector("[data-live], [data-growing]")) {
      pause.hidden = false;
      pause.addEventListener("click", () => { paused = !paused; keep("paused", paused ? "yes" : "no"); label(); listen(); if (!paused) soon(); });
      listen();
      setInterval(() => { if (document.querySelector("[data-growing]")) soon(); }, grow);
    }
    label();
    times();
    setInterval(times, 10 * second);
  });
})();
