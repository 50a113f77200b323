import { byId, inSeconds, isAnswered, on, say } from "./notices.js";

let timer;
export function countDown() {
  clearInterval(timer);
  const left = byId("left"), button = byId("go");
  if (!left || !button || button.hasAttribute("formaction")) return;
  const { words, none, soon, over, seconds } = left.dataset;
  const ends = performance.now() + seconds * 1000;
  timer = setInterval(() => {
    if (!left.isConnected) return clearInterval(timer);
    const rest = Math.ceil((ends - performance.now()) / 1000);
    left.textContent = rest > 0 ? words.replace("#", inSeconds(rest)) : none;
    if (rest === 10) say(soon); // as its words have it
    if (rest > 0) return;
    clearInterval(timer);
    button.setAttribute("formaction", button.dataset.renew);
    if (!isBusy()) button.textContent = button.dataset.expired;
    say(over);
  }, 250);
}

const STRAY_MS = 1000; // after new prices a press may still mean Update
let changed = -STRAY_MS;
const isBusy = () => byId("go")?.ariaBusy === "true";
function setBusy(busy) {
  const button = byId("go");
  if (!button) return;
  const { starting, updating, expired, confirm } = button.dataset;
  const [before, during] = button.hasAttribute("formaction") ? [expired, updating] : [confirm, starting];
  button.textContent = busy ? during : before;
  button.ariaBusy = byId("cancel").inert = busy;
}

on("submit", (event) => {
  if (event.target.id !== "confirm") return;
  if (!isBusy() && performance.now() - changed >= STRAY_MS) return setBusy(true);
  event.preventDefault();
  event.stopPropagation();
}, true);
on("cancel", (event) => {
  if (isBusy()) event.preventDefault();
}, true);
on("click", (event) => {
  if (event.target.id !== "cancel" || !byId("dialog")?.open) return;
  event.preventDefault();
  byId("dialog").close();
});
on("htmx:afterRequest", ({ target, detail }) => {
  if (!isAnswered(detail.xhr) && target.id === "confirm" && target.isConnected) setBusy(false);
});
on("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "reviewing") return;
  if (byId("dialog").open) changed = performance.now();
  else {
    byId("problem").replaceChildren();
    byId("dialog").showModal();
    history.replaceState(null, ""); // or htmx loads it
    history.pushState("sheet", "");
  }
});
on("close", () => history.state === "sheet" && history.back(), true);
addEventListener("popstate", () => byId("dialog")?.close());

on("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.matches("#progress, #running")) event.preventDefault();
});
const again = () => !document.hidden && byId("progress") && htmx.trigger("#progress", "again");
on("visibilitychange", again);
addEventListener("online", again);
