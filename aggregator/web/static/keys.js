// Keys as in the readers people know, and acts without loading the page anew. Everything works without this file.
"use strict";

const rows = [...document.querySelectorAll(".event, .report")];
const acts = document.getElementById("acts");
let current = document.querySelector(".event.one"); // what the whole page is about
const words = JSON.parse(acts?.dataset.words ?? "{}"); // the page's language
const inWords = (text) => words[text] ?? text;
let pending = ""; // the g of "g f"

function select(row) {
  if (!row) return;
  current?.classList.remove("is-selected");
  current = row;
  row.classList.add("is-selected");
  const behaviour = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  row.scrollIntoView({ block: "nearest", behavior: behaviour });
  row.querySelector("a.open")?.focus({ preventScroll: true });
}

function step(by) {
  const at = rows.indexOf(current);
  select(rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]);
}

async function send(path, fields = {}) {
  const body = new URLSearchParams({ csrf: acts.elements.csrf.value, ...fields });
  const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(value.why || inWords("That was not done; load the page again."));
  return value;
}

// The line that says what was done, with the way back.
function say(text, undo) {
  document.querySelector(".said")?.remove();
  const line = document.createElement("div");
  line.className = "said is-fresh";
  line.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = text;
  line.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.className = "act undo";
    button.textContent = inWords("Undo");
    button.addEventListener("click", () => undo().catch((error) => say(error.message)));
    line.append(button);
  }
  document.body.append(line);
}

function done(button, value) {
  const [before, after] = [button.formAction, other(button)];
  const row = button.closest(".event, .report");
  const wasRead = row.classList.contains("is-read");
  button.formAction = after.path;
  button.textContent = after.text;
  if (button.dataset.act === "mark") row.classList.toggle("is-read", !wasRead);
  say(after.said, async () => {
    await send(`/undo/${value.undo}`);
    button.formAction = before;
    button.textContent = other(button, true).text;
    if (button.dataset.act === "mark") row.classList.toggle("is-read", wasRead);
    document.querySelector(".said")?.remove();
  });
}

const WORDS = {
  read: ["unread", "Mark unread", "Marked read."],
  unread: ["read", "Mark read", "Marked unread."],
  star: ["unstar", "Unstar", "Starred."],
  unstar: ["star", "Star", "Star taken off."],
  mute: ["unmute", "Unmute", "Muted: it stays off the front page."],
  unmute: ["mute", "Mute", "No longer muted."],
};

// What the button offers once its act is done; `now`: what it says for the act that it has.
function other(button, now = false) {
  const path = new URL(button.formAction).pathname;
  const [head, act] = [path.slice(0, path.lastIndexOf("/") + 1), path.slice(path.lastIndexOf("/") + 1)];
  const [next, text, said] = WORDS[act];
  return now ? { text: inWords(WORDS[next][1]) } : { path: head + next, text: inWords(text), said: inWords(said) };
}

async function act(button) {
  if (!button) return;
  try {
    done(button, await send(new URL(button.formAction).pathname));
  } catch (error) {
    say(error.message);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-act]");
  if (!button) return;
  event.preventDefault();
  act(button);
});

// x picks an event, on this page or an earlier one; x on another joins the two.
async function join() {
  const id = current?.id.match(/^event-(\d+)$/)?.[1];
  if (!id) return;
  const picked = sessionStorage.getItem("picked");
  if (!picked || picked === id) {
    sessionStorage[picked ? "removeItem" : "setItem"]("picked", id);
    current.classList.toggle("is-picked", !picked);
    say(inWords(picked ? "No event is picked." : "Picked. Press x on the event that is the same."));
    return;
  }
  try {
    const value = await send(`/events/${picked}/join`, { other: id });
    sessionStorage.removeItem("picked");
    location.assign(`/events/${picked}?edit=${value.edit}`);
  } catch (error) {
    say(error.message);
  }
}

async function showKeys() {
  const open = document.querySelector("dialog");
  if (open) return open.remove();
  const page = new DOMParser().parseFromString(await (await fetch("/keys")).text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", inWords("Keys"));
  dialog.append(page.getElementById("keys"));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

const goTo = (path) => () => location.assign(path);
const find = (name) => current?.querySelector(`button[data-act="${name}"]`) ?? null;
const KEYS = {
  j: () => step(1), n: () => step(1), k: () => step(-1), p: () => step(-1),
  o: () => current?.querySelector("a.open")?.click(),
  v: () => current?.dataset.url && window.open(current.dataset.url, "_blank", "noopener,noreferrer"),
  m: () => act(find("mark")), s: () => act(find("star")), u: () => act(find("mute")),
  x: join,
  d: () => document.querySelector(`button[form="split"][value="${current?.id.match(/^story-(\d+)$/)?.[1]}"]`)?.click(),
  A: () => document.querySelector(".all button")?.click(),
  z: () => document.querySelector(".said button")?.click(),
  "/": () => document.getElementById("q").focus(),
  "?": showKeys,
  "g t": goTo("/"), "g p": goTo("/topics"), "g s": goTo("/starred"), "g f": goTo("/feeds"), "g d": goTo("/digests"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=radio], [type=file]), textarea, select");
  if (event.key === "Escape" && typing) event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = pending ? `${pending} ${event.key}` : event.key;
  pending = "";
  if (event.key === "g" && key === "g") {
    pending = "g";
    return;
  }
  if (!Object.hasOwn(KEYS, key)) return;
  event.preventDefault();
  KEYS[key]();
});

// That this event was looked at, so that the page can say next time what is new since; not from a tab in the background.
const looked = current?.id.match(/^event-(\d+)$/)?.[1];
if (looked) {
  setTimeout(() => document.hidden || send(`/events/${looked}/seen`).catch(() => {}), 3000);
}
