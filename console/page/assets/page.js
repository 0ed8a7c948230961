// The page of a lane: puts the pieces that the box draws in their place, and
// hands on what the guard presses. It keeps nothing and decides nothing.
"use strict";

const lost = document.getElementById("lost");
const said = document.getElementById("said");

// A page that has heard nothing for two seconds covers what it shows.
let heard = performance.now();
setInterval(() => { lost.hidden = performance.now() - heard < 2000; }, 250);

function listen() {
  const events = new EventSource(document.body.dataset.events);
  events.addEventListener("beat", (e) => {
    heard = performance.now();
    const clock = document.getElementById("clock");
    if (clock) clock.textContent = e.data;
  });
  events.addEventListener("piece", (e) => {
    heard = performance.now();
    replace(e.data);
  });
  // A device's session is over: nothing of the lane stays on it.
  events.addEventListener("over", () => location.reload());
  // The browser gives some errors up for good: begin anew, or where the box
  // sends a device that missed its end.
  events.onerror = async () => {
    if (events.readyState !== EventSource.CLOSED) return;
    const page = await fetch("/", { redirect: "manual" }).catch(() => null);
    if (page && page.type === "opaqueredirect") location.reload();
    else setTimeout(listen, 1000);
  };
}

function replace(html) {
  const drawn = document.createElement("template");
  drawn.innerHTML = html;
  const piece = drawn.content.firstElementChild;
  document.dispatchEvent(new CustomEvent("piece", { detail: piece }));
  const old = document.getElementById(piece.id);
  if (!old) return;
  const on = document.activeElement, focus = on && on.id;
  if (old.classList.contains("active")) piece.classList.add("active");
  const open = old.querySelector(".chips:not([hidden])"), closed = piece.querySelector(".chips");
  if (open && closed && old.dataset.turn === piece.dataset.turn) closed.replaceWith(open);
  old.replaceWith(piece);
  if (open && open.isConnected && open.contains(on)) on.focus({ preventScroll: true }); // moving it took that away
  const head = document.querySelector("header .direction"), direction = piece.querySelector(".direction");
  if (head && direction) head.innerHTML = direction.innerHTML; // known since the lane runs
  if (focus && piece.id !== focus && !document.activeElement.id) {
    const again = document.getElementById(focus);
    if (again) again.focus({ preventScroll: true });
  }
}

// A button goes off when it is pressed, or when it was held for long enough.
let holding = 0;
function press(button) {
  const hold = Number(button.dataset.hold || 0);
  if (!hold) return act(button);
  button.style.setProperty("--hold", hold + "ms");
  button.classList.add("held");
  clearTimeout(holding);
  holding = setTimeout(() => { release(); act(button); }, hold);
}
function release() {
  clearTimeout(holding);
  for (const b of document.querySelectorAll(".held")) b.classList.remove("held");
}

async function act(button) {
  if (button.dataset.opens) return document.dispatchEvent(new CustomEvent("opens", { detail: button }));
  const card = button.closest("[data-lane]");
  const form = new URLSearchParams({ turn: card.dataset.turn });
  if (button.dataset.answer) form.set("answer", button.dataset.answer);
  if ("why" in button.dataset) {
    const shown = await why(card);
    if (!shown) return;
    form.set("shown", shown);
  }
  if (button.dataset.answer === "override") {
    const pin = await lead();
    if (!pin) return;
    form.set("pin", pin);
  }
  const what = "priority" in button.dataset ? "priority" : "answer";
  const lang = document.documentElement.lang;
  try {
    const reply = await fetch(`/lanes/${encodeURIComponent(card.dataset.lane)}/${what}?lang=${lang}`, { method: "POST", body: form });
    if (!reply.ok) say(await reply.text());
  } catch {
    lost.hidden = false;
  }
}

let silent = 0;
function say(text) {
  said.textContent = text;
  said.hidden = false;
  clearTimeout(silent);
  silent = setTimeout(() => { said.hidden = true; }, 5000);
}

// why lets the guard choose for what reason somebody passes. A card that is
// drawn anew closes it: somebody else may stand there.
function why(card) {
  const chips = card.querySelector(".chips");
  chips.hidden = false;
  chips.querySelector("button").focus({ preventScroll: true });
  return new Promise((done) => {
    const close = (shown) => { chips.hidden = true; done(shown); };
    chips.addEventListener("click", (e) => {
      const chip = e.target.closest("button");
      if (chip) close(chip.value);
    });
    setTimeout(() => close(""), 20000);
  });
}

// lead asks for a shift lead's PIN.
function lead() {
  const dialog = document.getElementById("lead");
  const input = document.getElementById("pin");
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      const pin = dialog.returnValue === "done" ? input.value : "";
      input.value = "";
      done(pin);
    }, { once: true });
  });
}

// A tap is about whom it began for: a browser gives it to what lies under the finger
// when that goes up, which may be the next person's card. What no finger did (detail
// 0) is a key's.
const turns = () => Object.fromEntries([...document.querySelectorAll(".card")].map((card) => [card.dataset.lane, card.dataset.turn]));
let began = {};
document.addEventListener("pointerdown", () => { began = turns(); }, true);
document.addEventListener("click", (e) => {
  const card = e.detail > 0 && e.target.closest(".card");
  if (!card || card.dataset.turn === began[card.dataset.lane]) return;
  e.preventDefault();
  e.stopImmediatePropagation();
}, true);

// The second tap of a trembling finger counts for what the first was for, never
// for what has come up under it meanwhile; a lane's answer is given once.
let tapped = null;
document.addEventListener("click", (e) => {
  const button = e.target.closest("button, a"), what = button && (button.id || button);
  if (e.detail < 2 || !button) {
    tapped = what;
  } else if (what !== tapped || button.ariaPressed || button.closest(".buttons")) {
    e.preventDefault();
    e.stopImmediatePropagation();
  }
}, true);

document.addEventListener("pointerdown", (e) => {
  const button = e.target.closest(".buttons button, .vehicle");
  if (button && button.dataset.hold && e.button === 0) press(button);
});
for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, release);
document.addEventListener("click", (e) => {
  const key = e.target.closest(".keys button[type=button]");
  if (key) {
    const input = document.getElementById("pin");
    input.value = key.value === "erase" ? "" : (input.value + key.value).slice(0, 12);
    return;
  }
  const card = e.target.closest(".card");
  if (card) activate(card);
  const button = e.target.closest(".buttons button, .plate");
  if (button && !button.dataset.hold) press(button);
});

// A button that was drawn anew for the same person between a mouse's press and its
// release was clicked; a browser sees two buttons there. Not so with a finger: its
// mouse events come both at its end, and the click is the new button's.
let down = null;
const struckBy = (e) => {
  const button = e.button === 0 && e.detail < 2 && e.target.closest(".buttons button, .plate");
  return button ? { button, of: button.id + " " + button.closest("[data-lane]").dataset.turn } : null;
};
document.addEventListener("mousedown", (e) => { down = struckBy(e); });
document.addEventListener("mouseup", (e) => {
  const up = down && struckBy(e), again = up && up.of === down.of && up.button !== down.button;
  down = null;
  if (again && !up.button.dataset.hold) up.button.click();
});
document.addEventListener("contextmenu", (e) => { if (e.target.closest("button")) e.preventDefault(); });

// Keys 1, 2 and 3 are the buttons of the lane in the black frame; Tab moves it.
// Where there is a fourth, key 3 does that if it is held: third is its own.
let third = null;
let struck = { key: "", id: "", at: 0 };
document.addEventListener("keydown", (e) => {
  if (e.key !== struck.key) struck.key = "";
  if (e.repeat || document.querySelector("dialog[open]")) return;
  const on = document.activeElement.closest && document.activeElement.closest(".buttons button");
  if ((e.key === "Enter" || e.key === " ") && on && on.dataset.hold) {
    e.preventDefault();
    return press(on);
  }
  const card = document.querySelector(".card.active") || document.querySelector(".card");
  const chips = card && card.querySelector(".chips:not([hidden])");
  if (chips) {
    const chip = e.key === "Escape" ? chips.querySelector('[value=""]') : chips.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
    if (chip) chip.click();
    return;
  }
  const keyed = (n) => card.querySelector(`.buttons button[data-key="${CSS.escape(n)}"], .plate[data-key="${CSS.escape(n)}"]`);
  const button = card && keyed(e.key);
  if (!button) return;
  e.preventDefault(); // nor does the key write into what opens
  const soon = e.key === struck.key && button.id !== struck.id && performance.now() - struck.at < 500; // a finger's second tap
  struck = { key: e.key, id: button.id, at: performance.now() };
  if (soon) return;
  const fourth = e.key === "3" && keyed("4");
  if (!fourth) return press(button);
  third = button;
  holding = setTimeout(() => { third = null; act(fourth); }, 1000);
});
document.addEventListener("keyup", (e) => {
  const button = third;
  third = null;
  release();
  if (button && e.key === "3") press(button);
});
document.addEventListener("focusin", (e) => {
  const card = e.target.closest && e.target.closest(".card");
  if (card) activate(card);
});
function activate(card) {
  for (const c of document.querySelectorAll(".card")) c.classList.toggle("active", c === card);
}

const first = document.querySelector(".card");
if (first) activate(first);
listen();
