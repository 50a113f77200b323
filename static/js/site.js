import { byId, on, region, say } from "./notices.js";
import { count, countDown } from "./conversion.js";

// htmx posts it at load.
const zone = document.querySelector("#browser-zone [name=time_zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;

// Not in one task with htmx's start.
setTimeout(() => {
  document.documentElement.dataset.ready = "";
  count();
  countDown();
  document.querySelector("main [autofocus]")?.focus();
  const words = byId("messages").textContent.trim();
  if (words) say(words);
});
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
on("click", ({ target }) => {
  if (target.id === "print") print();
  if (target.dataset.shows) byId(target.dataset.shows).type = target.checked ? "text" : "password";
});
on("htmx:afterSettle", ({ target }) => {
  countDown();
  const named = (target.id === "selection" ? byId("problem") : target).querySelector("[autofocus]");
  if (named) return named.focus();
  if (document.activeElement === document.body) target.querySelector("[data-focus]")?.focus();
  const words = target.dataset.say ?? target.firstElementChild?.dataset.say;
  if (words && words !== region("say").textContent) say(words);
});
