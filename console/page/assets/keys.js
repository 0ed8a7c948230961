// Three keys reach everything that is not a lane's own button: 1 goes on to the
// next, 2 presses it, 3 goes back. In a field they are digits, and do so when
// they are held; there 2 goes to the keys that the screen shows, and 3 comes back
// from them.
"use strict";
(() => {
  const held = 500; // ms
  const boards = ".digits, .letters, .board, .keys"; // the screen's own keys
  const group = () => document.querySelector("dialog[open]") || document.querySelector(".card.active .chips:not([hidden])") || document.querySelector("main.desk");
  const seen = (e) => e.offsetParent !== null;
  const board = () => document.activeElement.closest(boards);
  const all = (of) => [...of.querySelectorAll("a[href], button:not(:disabled), input, .scroll")].filter((e) => seen(e) && e.closest(boards) === board());
  let written = null; // the field that was typed into last
  document.addEventListener("focusin", (e) => { if (e.target.tagName === "INPUT") written = e.target; });

  function next(of) {
    const list = all(of);
    const at = list.indexOf(document.activeElement);
    list[(at + 1) % list.length].focus();
  }
  function back(of) {
    if (board() && of.contains(written)) return written.focus();
    if (of.tagName === "DIALOG") return of.close("cancel");
    const way = of.querySelector(".back, .chips [value='']") || of.querySelector("button[value='']");
    if (way) way.click();
  }
  // Press is a tap, or a hold for a button that wants one.
  function choose(of) {
    const on = document.activeElement;
    if (!of.contains(on)) return next(of);
    if (on.dataset.hold) return window.press(on);
    if (on.classList.contains("scroll")) { // a screen further, and from the end back to the top
      const end = on.scrollTop + on.clientHeight >= on.scrollHeight - 1;
      return on.scrollTo(0, end ? 0 : on.scrollTop + on.clientHeight - 40);
    }
    if (on.tagName !== "INPUT") return on.click();
    const key = [...of.querySelectorAll(boards)].filter(seen).map((b) => b.querySelector("button:not(:disabled)"))[0];
    key ? key.focus() : next(of);
  }
  // A key that was held wrote nothing: where somebody else keeps the text, it is
  // asked to take the digit back.
  function unwrite(field, before) {
    if (field.value === before) return;
    field.focus();
    if (field.dispatchEvent(new InputEvent("beforeinput", { inputType: "deleteContentBackward", bubbles: true, cancelable: true }))) field.value = before;
  }
  const does = { 1: next, 2: choose, 3: back };

  let timer = 0;
  document.addEventListener("keydown", (e) => {
    const of = group(), act = does[e.key];
    if (!of || !act || e.ctrlKey || e.altKey || e.metaKey) return;
    e.stopImmediatePropagation();
    if (e.repeat) return e.preventDefault();
    const field = document.activeElement;
    if (field.tagName !== "INPUT") {
      e.preventDefault();
      return act(of);
    }
    const before = field.value;
    clearTimeout(timer);
    timer = setTimeout(() => { unwrite(field, before); act(of); }, held);
  }, true);
  document.addEventListener("keyup", () => clearTimeout(timer), true);

  // Key 3 opens what there is more, while no button of the lane has it, nor had it
  // a moment ago: whoever is late for that button means no menu.
  let pressed = 0;
  document.addEventListener("piece", (e) => {
    const has = (card) => card && card.querySelector(".buttons [data-key='3']");
    if (has(document.getElementById(e.detail.id)) && !has(e.detail)) pressed = performance.now();
  });
  document.addEventListener("keydown", (e) => {
    const card = document.querySelector(".card.active"), menu = document.getElementById("menu");
    const soon = performance.now() - pressed < 1500; // a second press by a trembling hand
    if ("123".includes(e.key)) pressed = performance.now();
    if (e.key !== "3" || e.repeat || soon || !menu || !card || group() || document.querySelector("dialog[open]")) return;
    if (card.dataset.state === "idle" && !card.querySelector(".buttons [data-key='3']")) menu.click();
  }, true);
})();
