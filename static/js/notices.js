export const byId = (id) => document.getElementById(id);
export const on = (name, act, capture) => document.addEventListener(name, act, capture);
export const fill = (words, ...values) => words.replace(/\{(\d)\}/g, (place, at) => values[at]);

const { lang } = document.documentElement;
let seconds; // slow to make
export function inSeconds(count) {
  seconds ??= new Intl.NumberFormat(lang, { style: "unit", unit: "second", unitDisplay: "long" });
  return seconds.format(count);
}
export function ago(count) {
  const past = new Intl.RelativeTimeFormat(lang);
  return count < 60 ? past.format(-count, "second") : past.format(-Math.floor(count / 60), "minute");
}

// An open dialog hides what is outside.
export const region = (id) => byId(byId("dialog")?.open ? `${id}-dialog` : id);

const SAY_AFTER_MS = 800;
let saying;
export function say(text) {
  clearTimeout(saying);
  saying = setTimeout(() => { region("say").textContent = text; }, SAY_AFTER_MS);
}

function warn(name, { requestConfig: sent, target, xhr }) {
  if (region("warn").firstElementChild?.dataset.for === name) return;
  const notice = byId("notices").content.querySelector(`[data-for=${name}]`).cloneNode(true);
  notice.querySelector("button")?.addEventListener("click", () => {
    htmx.ajax(sent.verb, sent.path, { source: sent.elt, target, values: sent.formData }).catch(() => {});
  });
  const after = xhr.getResponseHeader("Retry-After");
  if (after && name === "many") notice.firstElementChild.textContent = fill(notice.dataset.after, inSeconds(after));
  region("warn").replaceChildren(notice);
}

function calm() {
  for (const place of document.querySelectorAll("#warn, #warn-dialog")) {
    if (place.contains(document.activeElement)) byId("main").focus();
    place.replaceChildren();
  }
}

export const isAnswered = ({ status }) => status > 0 && status < 400;
on("htmx:afterRequest", ({ detail }) => {
  if (isAnswered(detail.xhr)) calm();
});
on("htmx:beforeSwap", ({ detail }) => {
  // What the server gave a place is shown, also errors.
  if (detail.xhr.getResponseHeader("HX-Retarget")) [detail.shouldSwap, detail.isError] = [true, false];
  if (detail.target.id === "warn") detail.target = region("warn");
});
on("htmx:responseError", ({ detail }) => warn(detail.xhr.status === 429 ? "many" : "fault", detail));
on("htmx:sendError", ({ target, detail }) => warn(target.id === "progress" ? "progress" : "offline", detail));
on("htmx:timeout", ({ detail }) => warn("timeout", detail));
