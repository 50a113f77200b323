// What the pages do beyond HTML and htmx. Everything works without it.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const boxes = () => [...document.querySelectorAll("#selection [name=asset]")];
  const isShown = (box) => !box.closest("tr").hidden;

  // --- telling people who don't see it ---
  let saying;
  const say = (text) => {
    clearTimeout(saying);
    saying = setTimeout(() => { $("say").textContent = text; }, 800);
  };
  const warn = (text) => {
    const bar = document.createElement("div");
    bar.className = "box bad";
    bar.textContent = text;
    $("warn").replaceChildren(bar);
  };

  // --- the selection ---
  const count = () => {
    if (!$("count")) return;
    const every = boxes(), ticked = every.filter((box) => box.checked);
    const shown = every.filter(isShown), hidden = ticked.filter((box) => !isShown(box)).length;
    const tickedShown = ticked.length - hidden;
    $("count").textContent = `${ticked.length} of ${every.length} selected${hidden ? `, ${hidden} not shown` : ""}`;
    $("all").checked = shown.length > 0 && tickedShown === shown.length;
    $("all").indeterminate = tickedShown > 0 && tickedShown < shown.length;
    $("all-label").textContent = shown.length < every.length ? `Select all ${shown.length} shown` : "Select all";
  };
  const find = (text) => {
    const wanted = text.trim().toLowerCase();
    for (const box of boxes()) box.closest("tr").hidden = !box.closest("tr").dataset.find.includes(wanted);
    $("no-match").hidden = boxes().some(isShown);
    count();
    say(`${boxes().filter(isShown).length} shown`);
  };

  // --- the time that is left to confirm, drawn from the server's own count ---
  let timer;
  const countDown = () => {
    clearInterval(timer);
    const left = $("left"), form = $("confirm");
    if (!left || !form?.action.includes("/confirm/")) return;
    const from = left.firstChild.textContent.split(".")[0];
    const ends = performance.now() + Number(left.dataset.seconds) * 1000;
    timer = setInterval(() => {
      if (!left.isConnected) return clearInterval(timer);
      const seconds = Math.ceil((ends - performance.now()) / 1000);
      if (seconds > 0) {
        left.textContent = `${from}. ${seconds} second${seconds === 1 ? "" : "s"} left to confirm.`;
        if (seconds === 10) say("10 seconds left");
        return;
      }
      clearInterval(timer);
      left.textContent = `${from}. These prices are out of date.`;
      form.action = form.dataset.renew;
      form.querySelector("button").textContent = "Update prices";
      say("These prices are out of date.");
    }, 250);
  };

  const ready = () => {
    for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
    count();
    countDown();
  };
  document.addEventListener("DOMContentLoaded", () => {
    ready();
    document.querySelector("main [autofocus]")?.focus();
  });

  document.addEventListener("change", ({ target }) => {
    if (target.id === "all") for (const box of boxes().filter(isShown)) box.checked = target.checked;
    if (target.closest("#selection")) {
      $("problem").replaceChildren();
      count();
    }
  });
  document.addEventListener("input", ({ target }) => { if (target.id === "find") find(target.value); });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "find" && event.key === "Enter") event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.id === "print") print();
    const dialog = $("dialog");
    if (dialog?.open && event.target.closest("#cancel")) {
      event.preventDefault();
      dialog.close();
    }
  });
  // One Confirm, however often it is pressed. The server keeps to that as well.
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "confirm") return;
    const button = event.target.querySelector("button");
    if (button.ariaBusy === "true") return event.preventDefault();
    button.ariaBusy = "true";
    button.textContent = event.target.action.includes("/confirm/") ? "Starting…" : "Updating…";
  });
  window.addEventListener("pageshow", (event) => { event.persisted ? location.reload() : count(); });

  // --- htmx ---
  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    if (target.id === "dialog" && target.firstElementChild) {
      $("problem").replaceChildren();
      target.showModal();
      target.querySelector("[autofocus]")?.focus();
    }
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    $("warn").replaceChildren();
    ready();
    if (target.id === "result" || target.id === "problem") target.querySelector("[autofocus]")?.focus();
    else if (target.dataset?.say && target.dataset.say !== $("say").textContent) say(target.dataset.say);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (["progress", "running"].includes(event.target.id) && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
    warn(xhr.status === 429
      ? "You’ve tried a few times. Wait a moment, then try again."
      : "Sorry, that didn’t work. Nothing was converted. Reload the page and try again.");
  });
  document.addEventListener("htmx:sendError", ({ target }) => {
    warn(target.id === "progress"
      ? "You’re offline. The conversion carries on; we’ll show the result when you’re back."
      : "You’re offline. Nothing was sent.");
  });
})();
