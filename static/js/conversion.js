import { ago, byId, fill, inSeconds, isAnswered, on, say } from "./notices.js";

// The selection

const { title } = document;
const boxes = () => [...document.querySelectorAll("#selection [name=asset]")];
const rowOf = (box) => box.closest("tr");
const isShown = (box) => !rowOf(box).hidden;

function count() {
  const counted = byId("count"), all = byId("all"), every = boxes();
  if (!counted) return;
  const shown = every.filter(isShown);
  const ticked = every.filter((box) => box.checked);
  const tickedShown = ticked.filter(isShown);
  const hidden = ticked.length - tickedShown.length;
  counted.textContent = fill(counted.dataset[hidden ? "hidden" : "words"], ticked.length, every.length, hidden);
  all.indeterminate = tickedShown.length > 0 && tickedShown.length < shown.length;
  all.checked = tickedShown.length > 0 && !all.indeterminate;
  const label = byId("all-label"), isPart = shown.length > 0 && shown.length < every.length;
  label.textContent = fill(label.dataset[isPart ? "shown" : "all"], shown.length);
}

function find() {
  const wanted = byId("find").value.trim().toLowerCase();
  for (const row of boxes().map(rowOf)) row.hidden = !row.dataset.find.includes(wanted);
  byId("no-match").hidden = boxes().some(isShown);
  count();
}

function sort() {
  const by = byId("sort").value, rows = boxes().map(rowOf);
  const key = (row) => by === "name" ? row.dataset.find : -row.querySelector(".get > *").value;
  rows.sort((a, b) => key(a) < key(b) ? -1 : 1);
  rows[0].parentNode.append(...rows);
  for (const { dataset, parentNode } of document.querySelectorAll("[data-sort]")) {
    parentNode.ariaSort = dataset.sort === by ? dataset.direction : null;
  }
}

function dropProblem() {
  document.title = title;
  byId("problem").replaceChildren();
}

on("change", ({ target }) => {
  if (target.id === "all") for (const box of boxes().filter(isShown)) box.checked = target.checked;
  if (target.id === "sort" && byId("find")) sort();
  else if (target.matches("#selection [type=checkbox]")) {
    dropProblem();
    count();
  }
});
on("htmx:load", () => { // ticked before it
  for (const box of boxes()) if (box.checked !== box.defaultChecked) return htmx.trigger(box, "change");
}, { once: true });
on("input", ({ target }) => {
  if (target.id !== "find") return;
  find();
  say(fill(target.dataset.shown, boxes().filter(isShown).length));
});
on("click", ({ target }) => {
  const by = target.closest("[data-sort]")?.dataset.sort;
  if (!by) return;
  byId("sort").value = by;
  sort();
});

let loaded = performance.now();
setInterval(() => {
  const age = Math.floor((performance.now() - loaded) / 1000 + Number(byId("age")?.dataset.seconds));
  if (age >= 30) byId("age").textContent = ` (${ago(age)})`;
}, 10_000);

let address; // of the selection
const show = () => {
  if (address) history.replaceState(history.state, "", address);
};

let isAsked = false; // the form's answer is to come
on("htmx:beforeRequest", (event) => {
  const { target, detail } = event;
  if (document.hidden && target.matches("#progress, #running")) event.preventDefault();
  if (target.id === "selection") {
    isAsked = true;
    dropProblem();
  }
  if (detail.target.id === "summary" || isAsked) byId("summary")?.setAttribute("aria-busy", "true");
});
on("htmx:beforeSwap", (event) => {
  const { target, requestConfig: { elt } } = event.detail;
  // Else Convert's answer has no place.
  if (target.id === "selection" && elt.id === "choices" && isAsked) event.preventDefault();
});
on("htmx:afterSettle", ({ target, detail }) => {
  const its = detail.xhr.getResponseHeader("Content-Location");
  if (its) {
    address = its;
    loaded = performance.now();
    setTimeout(show);
  }
  for (const one of byId("figures")?.content.children ?? []) byId(one.dataset.in).replaceChildren(...one.childNodes);
  byId("figures")?.remove();
  if (target.id === "selection" && byId("find")) {
    find();
    if (byId("sort").value === "name") sort();
  }
  countDown();
});

// Its review

let timer;
function countDown() {
  clearInterval(timer);
  const left = byId("left"), button = byId("go");
  if (!left || !button || button.hasAttribute("formaction")) return;
  const { words, none, soon, over, seconds } = left.dataset;
  const ends = performance.now() + seconds * 1000;
  timer = setInterval(() => {
    const rest = Math.ceil((ends - performance.now()) / 1000);
    left.textContent = rest > 0 ? fill(words, inSeconds(rest)) : none;
    if (rest === 10) say(soon);
    if (rest > 0) return;
    clearInterval(timer);
    button.setAttribute("formaction", button.dataset.renew);
    if (!isBusy()) button.textContent = button.dataset.expired;
    say(over);
  }, 250);
}

const STRAY_MS = 1000; // a press may still mean Update
let changed = -STRAY_MS;
const isBusy = () => byId("go")?.ariaBusy === "true";
function setBusy(busy) {
  const button = byId("go");
  if (!button) return;
  const { starting, updating, expired, confirm } = button.dataset;
  if (button.hasAttribute("formaction")) button.textContent = busy ? updating : expired;
  else button.textContent = busy ? starting : confirm;
  button.ariaBusy = byId("cancel").inert = busy;
}

on("submit", (event) => {
  if (event.target.id !== "confirm") return;
  if (!isBusy() && performance.now() - changed >= STRAY_MS) return setBusy(true);
  event.preventDefault();
  event.stopPropagation();
}, true);
on("cancel", (event) => isBusy() && event.preventDefault(), true);
on("click", (event) => {
  if (event.target.id !== "cancel" || !byId("dialog")?.open) return;
  event.preventDefault();
  byId("dialog").close();
});
on("htmx:afterRequest", ({ target, detail: { xhr, requestConfig: { elt } } }) => {
  if (elt.id === "selection") isAsked = false;
  byId("summary")?.removeAttribute("aria-busy");
  if (target.id === "confirm" && !isAnswered(xhr)) setBusy(false);
});
on("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "reviewing") return;
  if (byId("dialog").open) changed = performance.now();
  else {
    show();
    history.pushState("sheet", "");
    byId("dialog").showModal(); // last: history would wait until it is drawn
  }
});
on("close", () => history.state === "sheet" && history.back(), true);
on("htmx:beforeOnLoad", (event) => {
  const address = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (!address || history.state !== "sheet") return;
  event.preventDefault();
  location.replace(address);
});
addEventListener("popstate", () => {
  byId("dialog")?.close();
  if (!location.hash) show();
});

on("DOMContentLoaded", () => {
  setTimeout(count);
  countDown();
});
