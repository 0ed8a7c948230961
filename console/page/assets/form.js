// The paper form in two steps: who, phone, from and to while the person waits,
// the rest from a list when there is time. What is typed stays in the browser
// until it is done; the list names nobody.
"use strict";

const paper = document.getElementById("form");
const fields = paper.querySelector(".fields"), list = paper.querySelector(".list");
let completing = ""; // path of the form whose rest is typed; "": a new one
let at = null; // the field that is typed into, wherever the focus is
let title = "", interrupted = false, forgotten = 0;
let photo = ""; // name of the photo that goes with the form; the picture itself never comes here
const camera = paper.querySelector("[value=photo]"), takePhoto = camera.textContent;

// keepFor is how long what was typed of a form stays in the browser when
// somebody comes to the lane meanwhile, in ms.
const keepFor = 600000;

document.addEventListener("opens", (e) => {
  if (e.detail.dataset.opens !== "form") return;
  const card = e.detail.closest(".card");
  paper.dataset.lane = card.dataset.lane;
  paper.dataset.turn = card.dataset.turn;
  paper.dataset.photo = "photo" in card.dataset ? "yes" : "";
  paper.showModal();
  if (completing) sheet("later", completing, title);
  else sheet("lane", "");
});

// sheet shows the fields of a step.
function sheet(step, path, named) {
  completing = path;
  title = named;
  for (const p of fields.children) p.hidden = !p.classList.contains(step);
  camera.hidden = step !== "lane" || !paper.dataset.photo;
  show(fields, named || paper.dataset.title);
  shown()[0].focus();
}

function show(what, title) {
  fields.hidden = what !== fields;
  list.hidden = what !== list;
  paper.querySelector(".board").hidden = what !== fields;
  paper.querySelector("[value=done]").disabled = what !== fields;
  document.getElementById("form-title").textContent = title;
  formWrong("");
}

const shown = () => [...fields.querySelectorAll("p:not([hidden]) input")];

function formWrong(text) {
  const p = document.getElementById("form-wrong");
  p.textContent = text;
  p.hidden = !text;
}

async function waitingForms() {
  try {
    list.innerHTML = await (await fetch(`/forms?lang=${document.documentElement.lang}`)).text();
    show(list, paper.dataset.later);
    const first = list.querySelector("button");
    if (first) first.focus();
  } catch {
    lost.hidden = false;
  }
}

async function formDone() {
  const form = new URLSearchParams({ turn: paper.dataset.turn });
  for (const input of shown()) form.set(input.name, input.value);
  if (photo && !completing) form.set("photo", photo);
  const where = `/lanes/${encodeURIComponent(paper.dataset.lane)}/form${completing ? "s/" + completing : ""}`;
  try {
    const reply = await fetch(`${where}?lang=${document.documentElement.lang}`, { method: "POST", body: form });
    if (!reply.ok) return formWrong((await reply.text()).trim());
    const more = completing;
    withPhoto("");
    emptyForm();
    if (more) waitingForms();
    else paper.close();
  } catch {
    lost.hidden = false;
  }
}

// The camera's photo is sealed on the box; what comes back is its name.
async function photograph() {
  if (camera.hidden || camera.disabled) return;
  camera.disabled = true;
  try {
    const reply = await fetch(`${photoPath()}?lang=${document.documentElement.lang}`, { method: "POST", body: new URLSearchParams({ turn: paper.dataset.turn }) });
    const said = (await reply.text()).trim();
    if (reply.ok) withPhoto(said);
    else formWrong(said);
  } catch {
    lost.hidden = false;
  }
  camera.disabled = false;
}

const photoPath = () => `/lanes/${encodeURIComponent(paper.dataset.lane)}/form/photo`;

function withPhoto(name) {
  photo = name;
  camera.querySelector("span").textContent = name ? camera.dataset.again : takePhoto.trim();
}

function emptyForm() {
  if (photo) fetch(photoPath(), { method: "POST", body: new URLSearchParams({ drop: photo }) }).catch(() => {}); // gone with the next one, or the next start
  withPhoto("");
  completing = "";
  interrupted = false;
  for (const input of fields.querySelectorAll("input")) input.value = "";
}
paper.addEventListener("close", () => {
  clearTimeout(forgotten);
  if (interrupted && completing) forgotten = setTimeout(emptyForm, keepFor);
  else emptyForm();
  interrupted = false;
  list.replaceChildren();
});

fields.addEventListener("focusin", (e) => {
  if (at) at.classList.remove("at");
  at = e.target;
  at.classList.add("at");
});

// write goes on to a field; keys of the screen that are chosen by keyboard stay so.
function write(field) {
  const on = document.activeElement;
  field.focus();
  if (on.closest(".board")) on.focus();
}

function formKey(key) {
  formWrong("");
  if (key === "cancel") return paper.close();
  if (key === "list") return waitingForms();
  if (key === "photo") return photograph();
  if (key === "done") return formDone();
  const all = shown(), i = all.indexOf(at);
  if (key === "next") return write(all[(i + 1) % all.length]);
  if (i < 0) return;
  const text = at.value;
  if (key === "erase") at.value = text.slice(0, -1);
  else if (text.length < at.maxLength) at.value = text + (/^$| $/.test(text) ? key : key.toLowerCase()); // a name's words begin large
}

paper.addEventListener("mousedown", (e) => { if (e.target.closest(".board button")) e.preventDefault(); }); // the field keeps the focus
paper.addEventListener("click", (e) => {
  const button = e.target.closest("button");
  if (!button) return;
  if (button.dataset.form) return sheet("later", button.dataset.form, `${paper.dataset.later} · ${button.querySelector("b").textContent}`);
  if (button.value) formKey(button.value);
});
paper.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !e.target.matches("input")) return;
  const all = shown();
  formKey(e.target === all.at(-1) ? "done" : "next");
});

// As on the pad: whoever scans meanwhile comes first. The rest of a form is of
// somebody who left: it is there again when the form is opened anew.
new MutationObserver(() => {
  if (!paper.open) return;
  const card = document.querySelector(`.card[data-lane="${CSS.escape(paper.dataset.lane)}"]`);
  if (!card || card.dataset.turn !== paper.dataset.turn) {
    interrupted = true;
    return paper.close();
  }
  const text = lost.textContent.trim(), said = document.getElementById("form-wrong").textContent === text;
  if (lost.hidden === said) formWrong(said ? "" : text);
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
