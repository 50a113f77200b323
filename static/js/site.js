// What the pages do beyond HTML and htmx. Everything works without it.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const on = (name, act, capture) => document.addEventListener(name, act, capture);
  const boxes = () => [...document.querySelectorAll("#selection [name=asset]")];
  const isShown = (box) => !box.closest("tr").hidden;
  const title = document.title;
  const seconds = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "second", unitDisplay: "long" });
  const fill = (words, ...values) => words.replace(/\{(\d)\}/g, (place, at) => values[at]);

  // --- the time zone of a customer who never chose one; htmx posts it when the page has loaded ---
  const zone = document.querySelector("#browser-zone [name=time_zone]");
  if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;

  // --- telling people, inside the dialog while it is open: nothing outside it is seen or heard then ---
  const region = (id) => $($("dialog")?.open ? `${id}-dialog` : id);
  let saying;
  const say = (text) => {
    clearTimeout(saying);
    saying = setTimeout(() => { region("say").textContent = text; }, 800);
  };
  const calm = () => {
    for (const id of ["warn", "warn-dialog"]) {
      if ($(id)?.contains(document.activeElement)) $("main").focus();
      $(id)?.replaceChildren();
    }
  };
  const warn = (name, { requestConfig: sent, target, xhr }) => {
    if (region("warn").firstElementChild?.dataset.for === name) return; // said already
    const notice = $("notices").content.querySelector(`[data-for=${name}]`).cloneNode(true);
    notice.querySelector("button")?.addEventListener("click", () => {
      htmx.ajax(sent.verb, sent.path, { source: sent.elt, target, values: sent.formData }).catch(() => {}); // warns again
    });
    const after = xhr?.status === 429 && Number(xhr.getResponseHeader("Retry-After"));
    if (after) notice.firstElementChild.textContent = fill(notice.dataset.after, seconds.format(after));
    region("warn").replaceChildren(notice);
  };

  // --- the selection ---
  const count = () => {
    if (!$("count")) return;
    const every = boxes(), ticked = every.filter((box) => box.checked);
    const shown = every.filter(isShown), hidden = ticked.filter((box) => !isShown(box)).length;
    const tickedShown = ticked.length - hidden;
    $("count").textContent = fill($("count").dataset[hidden ? "hidden" : "words"], ticked.length, every.length, hidden);
    $("all").checked = shown.length > 0 && tickedShown === shown.length;
    $("all").indeterminate = tickedShown > 0 && tickedShown < shown.length;
    $("all-label").textContent = fill($("all-label").dataset[shown.length && shown.length < every.length ? "shown" : "all"], shown.length);
  };
  const find = () => {
    const wanted = $("find").value.trim().toLowerCase();
    for (const box of boxes()) box.closest("tr").hidden = !box.closest("tr").dataset.find.includes(wanted);
    $("no-match").hidden = boxes().some(isShown);
    count();
  };
  const sort = () => {
    const by = $("sort").value, rows = boxes().map((box) => box.closest("tr"));
    const key = (row) => by === "name" ? row.dataset.find : -row.querySelector(".get data").value;
    rows.sort((a, b) => key(a) < key(b) ? -1 : 1);
    rows[0].parentNode.append(...rows);
    for (const button of document.querySelectorAll("[data-sort]")) {
      const head = button.closest("th");
      if (button.dataset.sort !== by) head.removeAttribute("aria-sort");
      else head.ariaSort = by === "name" ? "ascending" : "descending";
    }
  };

  // --- clocks, drawn from the server's own counts ---
  let timer;
  const countDown = () => {
    clearInterval(timer);
    const left = $("left"), button = $("go");
    if (!left || !button || button.hasAttribute("formaction")) return;
    const ends = performance.now() + left.dataset.seconds * 1000;
    timer = setInterval(() => {
      if (!left.isConnected) return clearInterval(timer);
      const rest = Math.ceil((ends - performance.now()) / 1000);
      const { words, none, soon, over } = left.dataset;
      left.textContent = rest > 0 ? words.replace("#", seconds.format(rest)) : none;
      if (rest === 10) say(soon);
      if (rest > 0) return;
      clearInterval(timer);
      button.setAttribute("formaction", button.dataset.renew);
      if (button.ariaBusy !== "true") button.textContent = button.dataset.expired;
      say(over);
    }, 250);
  };
  let loaded = performance.now();
  const age = () => {
    const seconds = Math.floor((performance.now() - loaded) / 1000 + Number($("age")?.dataset.seconds));
    if (!(seconds >= 30)) return;
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang);
    $("age").textContent = ` (${seconds < 60 ? words.format(-seconds, "second") : words.format(-Math.floor(seconds / 60), "minute")})`;
  };
  setInterval(age, 10_000);

  const ready = () => {
    for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
    count();
    countDown();
  };
  on("DOMContentLoaded", () => {
    ready();
    document.querySelector("main [autofocus]")?.focus();
    if ($("messages").innerText) say($("messages").innerText);
  });
  window.addEventListener("pageshow", (event) => { event.persisted ? location.reload() : count(); });

  on("change", ({ target }) => {
    if (target.id === "all") for (const box of boxes().filter(isShown)) box.checked = target.checked;
    if (target.id === "sort" && $("selection")) sort();
    else if (target.closest("#selection")) {
      if ($("problem").innerText) document.title = title;
      $("problem").replaceChildren();
      count();
    }
  });
  on("input", ({ target }) => {
    if (target.id !== "find") return;
    find();
    say(fill(target.dataset.shown, boxes().filter(isShown).length));
  });
  on("keydown", (event) => {
    if (event.target.id === "find" && event.key === "Enter") event.preventDefault();
  });
  on("click", (event) => {
    if (event.target.id === "print") print();
    const by = event.target.closest("[data-sort]")?.dataset.sort;
    if (by) {
      $("sort").value = by;
      sort();
    }
    if ($("dialog")?.open && event.target.closest("#cancel")) {
      event.preventDefault();
      $("dialog").close();
    }
  });
  // One Confirm, however often it is pressed, and none by a press that was meant for Update prices. The server keeps to both.
  let changed = -1000;
  const busy = (is) => {
    const button = $("go");
    if (!button) return;
    const renews = button.hasAttribute("formaction"), { starting, updating, expired } = button.dataset;
    if (is) button.dataset.words = button.textContent;
    button.textContent = is ? renews ? updating : starting : renews ? expired : button.dataset.words;
    button.ariaBusy = $("cancel").inert = is;
  };
  on("cancel", (event) => {
    if ($("go")?.ariaBusy === "true") event.preventDefault();
  }, true);
  on("submit", (event) => {
    if (event.target.id !== "confirm") return;
    if ($("go").ariaBusy === "true" || performance.now() - changed < 1000) {
      event.preventDefault();
      event.stopPropagation();
    } else busy(true);
  }, true);

  // --- htmx ---
  on("htmx:beforeRequest", (event) => {
    if (["progress", "running"].includes(event.target.id) && document.hidden) event.preventDefault();
    else if (event.detail.target.id === "summary" || event.target.id === "selection") $("summary")?.setAttribute("aria-busy", "true");
  });
  on("htmx:afterRequest", ({ target, detail }) => {
    $("summary")?.removeAttribute("aria-busy");
    if (detail.xhr.status > 0 && detail.xhr.status < 400) calm();
    else if (target.id === "confirm" && target.isConnected) busy(false);
  });
  on("htmx:beforeSwap", ({ detail }) => {
    // What the server gave a place is shown, whatever its status.
    if (detail.xhr.getResponseHeader("HX-Retarget")) [detail.shouldSwap, detail.isError] = [true, false];
    if (detail.target.id === "warn") detail.target = region("warn");
  });
  on("htmx:afterSwap", ({ detail: { target } }) => {
    if (target.id !== "reviewing") return;
    if ($("dialog").open) changed = performance.now();
    else {
      $("problem").replaceChildren();
      $("dialog").showModal();
    }
  });
  on("htmx:afterSettle", ({ target }) => {
    ready();
    if (target.id === "summary" || target.id === "selection") loaded = performance.now();
    if (target.id === "selection" && $("find")) {
      find();
      if ($("sort").value === "name") sort();
    }
    const named = ["selection", "problem"].includes(target.id) ? $("problem").querySelector("[autofocus]") : target.querySelector("[autofocus]");
    if (named) named.focus();
    else {
      if (document.activeElement === document.body) target.querySelector("[data-focus]")?.focus();
      const words = target.dataset.say ?? target.firstElementChild?.dataset.say;
      if (words && words !== region("say").textContent) say(words);
    }
  });
  on("htmx:responseError", ({ detail }) => warn(detail.xhr.status === 429 ? "many" : "fault", detail));
  on("htmx:sendError", ({ target, detail }) => warn(target.id === "progress" ? "progress" : "offline", detail));
  on("htmx:timeout", ({ detail }) => warn("timeout", detail));
  const again = () => { if (!document.hidden && $("progress")) htmx.trigger($("progress"), "again"); };
  on("visibilitychange", again);
  window.addEventListener("online", again);
})();
