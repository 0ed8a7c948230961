// The pad on which a guard types a number and a birth date. The number says
// where, when and as whom somebody was registered; the pad shows that at once,
// so that a wrong digit is seen before it is looked up.
"use strict";

const pad = document.getElementById("pad");
const padNumber = document.getElementById("pad-number"), padBirth = document.getElementById("pad-birth");
const typed = { number: "", birth: "", passport: false, plate: false };
let places = null;
let unused = 0;
let atBirth = false; // the field that is typed into, wherever the focus is

// closeAfter is how long a number that nobody types at stays on the screen, in ms.
const closeAfter = 60000;

document.addEventListener("opens", (e) => {
  const opens = e.detail.dataset.opens, card = e.detail.closest(".card");
  if (opens === "vehicle-pass" || opens === "vehicle-back") return closeVehicle(card, opens === "vehicle-pass");
  if (opens !== "pad" && opens !== "plate") return;
  pad.dataset.lane = card.dataset.lane;
  pad.dataset.turn = card.dataset.turn;
  typed.passport = false;
  typed.plate = opens === "plate";
  pad.classList.toggle("plates", typed.plate);
  document.getElementById("pad-label").textContent = typed.plate ? pad.dataset.plate : pad.dataset.title;
  emptyPad();
  pad.showModal();
  padNumber.focus();
  if (!places) fetch("/places").then((r) => r.text()).then((lines) => {
    places = new Map(lines.split("\n").map((l) => l.split("\t")));
    drawPad();
  }).catch(() => {}); // the number is looked up without
});

// to goes on to a field; keys of the screen that are chosen by keyboard stay so.
function to(field) {
  const on = document.activeElement;
  field.focus();
  if (pad.contains(on) && on.closest(".digits, .letters")) on.focus();
}

function stays() {
  clearTimeout(unused);
  unused = setTimeout(() => pad.close(), closeAfter);
}
pad.addEventListener("focusin", stays);

function emptyPad() {
  typed.number = typed.birth = "";
  wrong("");
  drawPad();
}
pad.addEventListener("close", emptyPad);

const letters = () => typed.passport || typed.plate;
const numberWhole = () => typed.plate ? /^[A-Z0-9Đ]{4,10}$/.test(typed.number) : typed.passport ? /^[A-Z0-9]{5,9}$/.test(typed.number) : /^(\d{9}|\d{12})$/.test(typed.number);

// birthOf is the date as it would be sent: the number knows the year.
const birthOf = () => typed.birth + (typed.birth.length === 4 && typed.number.length === 12 ? yearOf() : "");
// An old number has nine digits; until its birth date is asked for it may become
// one of twelve.
const isNew = () => !letters() && !(typed.number.length === 9 && atBirth);
const yearOf = () => !isNew() || typed.number.length < 6 ? "" : String(1900 + 100 * Math.floor(typed.number[3] / 2) + Number(typed.number.slice(4, 6)));
const whole = () => numberWhole() && (typed.plate || birthOf().length === 8);

function drawPad() {
  stays();
  const n = typed.number, cccd = isNew();
  padNumber.value = !cccd ? n : [n.slice(0, 3), n.slice(3, 4), n.slice(4, 6), n.slice(6)].filter(Boolean).join(" ");
  const b = birthOf().padEnd(8, "_");
  padBirth.value = typed.birth || atBirth || yearOf() ? b.slice(0, 2) + "/" + b.slice(2, 4) + "/" + (typed.birth.length < 4 && cccd && yearOf() || b.slice(4)) : "";
  const left = cccd ? 12 - n.length : 0;
  document.getElementById("pad-left").textContent = left > 0 && left < 12 ? pad.dataset.left.replace("…", left) : "";
  document.getElementById("pad-hint").textContent = atBirth ? pad.dataset.noday : "";
  const parts = [n.slice(0, 3), n.slice(3, 4), n.slice(4, 6)];
  const said = !cccd ? ["", "", ""] : [
    n.length >= 3 ? (places && places.get(parts[0])) || "?" : "",
    n.length >= 4 ? (n[3] % 2 ? pad.dataset.female : pad.dataset.male) : "",
    yearOf(),
  ];
  ["place", "sex", "year"].forEach((id, i) => {
    const dd = document.getElementById("pad-" + id), part = cccd ? parts[i] : "";
    if (dd.textContent !== said[i]) dd.textContent = said[i];
    if (dd.previousElementSibling.textContent !== part) dd.previousElementSibling.textContent = part;
  });
  const next = !typed.plate && !atBirth && birthOf().length !== 8;
  for (const go of pad.querySelectorAll(".go")) {
    go.disabled = next ? !numberWhole() : !whole();
    go.querySelector("use").setAttribute("href", "/assets/shapes.svg#" + (typed.plate ? "right" : "find"));
    go.querySelector("span").textContent = next ? pad.dataset.next : typed.plate ? pad.dataset.done : pad.dataset.find;
  }
  pad.querySelector(".digits").hidden = letters() && document.activeElement !== padBirth;
  pad.querySelector(".letters").hidden = !pad.querySelector(".digits").hidden;
  pad.querySelector("[value=passport]").setAttribute("aria-pressed", typed.passport);
  padNumber.classList.toggle("at", !atBirth);
  padBirth.classList.toggle("at", atBirth);
  for (const field of [padNumber, padBirth]) field.setSelectionRange(field.value.length, field.value.length);
}

function wrong(text) {
  const p = document.getElementById("pad-wrong");
  p.textContent = text;
  p.hidden = !text;
}

// padKey is one key, of the screen or of the keyboard.
function padKey(key) {
  wrong("");
  if (key === "cancel") return pad.close();
  if (key === "passport") {
    typed.passport = !typed.passport;
    typed.number = "";
    to(padNumber);
    return drawPad();
  }
  if (key === "go") return padGo();
  const birth = atBirth;
  const field = birth ? "birth" : "number", most = birth ? 8 : typed.plate ? 10 : typed.passport ? 9 : 12;
  if (key === "erase") {
    if (birth && !typed.birth) to(padNumber);
    typed[field] = typed[field].slice(0, -1);
  } else if (typed[field].length < most && (birth || !letters() ? /^\d$/ : /^[A-Z0-9Đ]$/).test(key)) {
    typed[field] += key;
  }
  if (!birth && !letters() && typed.number.length === 12) to(padBirth);
  drawPad();
}

function padGo() {
  if (!typed.plate && !atBirth && birthOf().length !== 8) {
    if (numberWhole()) to(padBirth);
    return drawPad();
  }
  if (whole()) findTyped();
}

async function findTyped() {
  const form = new URLSearchParams({ turn: pad.dataset.turn, number: typed.number, birth: birthOf(), kind: typed.passport ? "passport" : "" });
  if (typed.plate) form.set("plate", typed.number);
  try {
    const reply = await fetch(`/lanes/${encodeURIComponent(pad.dataset.lane)}/${typed.plate ? "vehicle" : "type"}?lang=${document.documentElement.lang}`, { method: "POST", body: form });
    if (reply.ok) pad.close();
    else wrong((await reply.text()).trim());
  } catch {
    lost.hidden = false;
  }
}

async function closeVehicle(card, pass) {
  const form = new URLSearchParams({ plate: card.dataset.plate, pass: pass ? "yes" : "" });
  try {
    const reply = await fetch(`/lanes/${encodeURIComponent(card.dataset.lane)}/vehicle/close?lang=${document.documentElement.lang}`, { method: "POST", body: form });
    if (!reply.ok) say(await reply.text());
  } catch {
    lost.hidden = false;
  }
}

pad.addEventListener("mousedown", (e) => { if (e.target.closest("button")) e.preventDefault(); }); // the field keeps the focus
pad.addEventListener("click", (e) => {
  const button = e.target.closest("button[value]");
  if (button && button.value) padKey(button.value);
});
pad.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && e.target.matches("input")) padKey("go");
});
// Whatever types: a keyboard, an aid for the blind, the clipboard.
pad.addEventListener("beforeinput", (e) => {
  if (!e.cancelable) return; // an input method: see input
  e.preventDefault();
  if (e.inputType.startsWith("delete")) return padKey("erase");
  const text = e.data || (e.dataTransfer && e.dataTransfer.getData("text")) || "";
  for (const key of text.toUpperCase()) padKey(key);
});
for (const field of [padNumber, padBirth]) {
  field.addEventListener("input", () => {
    const text = field.value.toUpperCase().replace(field === padNumber && letters() ? /[^A-Z0-9Đ]/g : /\D/g, "");
    typed[field === padBirth ? "birth" : "number"] = text.slice(0, field === padBirth ? 8 : typed.plate ? 10 : typed.passport ? 9 : 12);
    drawPad();
  });
  field.addEventListener("focus", () => {
    atBirth = field === padBirth;
    drawPad();
  });
}

// Whoever scans meanwhile comes first: a verdict must not lie under the pad. That
// the page has lost the box is said on it.
new MutationObserver(() => {
  if (!pad.open) return;
  const card = document.querySelector(`.card[data-lane="${CSS.escape(pad.dataset.lane)}"]`);
  if (!card || card.dataset.turn !== pad.dataset.turn) return pad.close();
  const text = lost.textContent.trim(), said = document.getElementById("pad-wrong").textContent === text;
  if (lost.hidden === said) wrong(said ? "" : text);
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
