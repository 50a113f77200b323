import { byId, on, region, say } from "./notices.js";
import "./conversion.js";

const zone = document.querySelector("#browser-zone [name=time_zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;

// htmx, in a task of its own, and without its search for hx-on
Object.defineProperty(document, "readyState", { value: "complete" });
XPathEvaluator.prototype.createExpression = () => document.createExpression("/..");
document.head.append(byId("last").content);
document.documentElement.dataset.ready = "";

say(byId("messages").textContent.trim());
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
on("click", ({ target }) => {
  if (target.id === "print") print();
  if (target.dataset.shows) byId(target.dataset.shows).type = target.checked ? "text" : "password";
});
on("htmx:afterSettle", ({ target }) => {
  const named = (target.id === "selection" ? byId("problem") : target).querySelector("[autofocus]");
  if (named) return named.focus();
  if (document.activeElement === document.body) target.querySelector("[data-focus]")?.focus();
  const words = target.dataset.say ?? target.firstElementChild?.dataset.say;
  if (words && words !== region("say").textContent) say(words);
});
