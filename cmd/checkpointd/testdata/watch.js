// Keeps every moment of a lane's card as it was laid out, for tests.
window.seen = [];
(() => {
  const overflow = () => {
    const out = [], page = document.documentElement;
    if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) out.push("page " + page.scrollWidth + "x" + page.scrollHeight);
    for (const e of document.querySelectorAll(".word, .reason, .do, .compare div, .tally div, .eyes li, .buttons button, .chips:not([hidden]) button, .strip li, header, .banner, .notice"))
      if (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1) out.push(e.className + " cuts " + e.textContent.trim().slice(0, 40) + " " + e.scrollWidth + ">" + e.clientWidth + " " + e.scrollHeight + ">" + e.clientHeight);
    for (const e of document.querySelectorAll(".compare dd")) if (e.scrollWidth > e.clientWidth + 1) out.push("a line is cut: " + e.textContent);
    for (const e of document.querySelectorAll(".verdict, .compare, .do, .buttons, .strip")) {
      const b = e.getBoundingClientRect();
      if (b.right > innerWidth + 1 || b.bottom > innerHeight + 1) out.push(e.className + " leaves the page");
    }
    for (const v of document.querySelectorAll(".verdict")) {
      const b = v.getBoundingClientRect();
      for (const e of v.querySelectorAll(".word, .reason")) {
        const r = e.getBoundingClientRect();
        if (r.top < b.top - 1 || r.bottom > b.bottom + 1) out.push(e.className + " leaves its block: " + r.top + "-" + r.bottom);
      }
    }
    const rows = [...document.querySelectorAll(".lanes-1 .buttons")].map((e) => Math.round(innerHeight - e.getBoundingClientRect().bottom));
    const plate = document.querySelector(".plate"), over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    for (const e of plate ? document.querySelectorAll(".word, .reason") : []) {
      const text = document.createRange();
      text.selectNodeContents(e);
      if (over(plate.getBoundingClientRect(), text.getBoundingClientRect())) out.push("the plate's button covers " + e.className);
    }
    const hint = document.querySelector(".lanes-1 .chips:not([hidden]) .hint");
    for (const e of hint ? document.querySelectorAll(".word, .reason, .complaint dd") : []) {
      const text = document.createRange();
      text.selectNodeContents(e);
      if (over(hint.getBoundingClientRect(), text.getBoundingClientRect())) out.push("the hint covers " + e.className + " " + e.textContent);
    }
    for (const e of document.querySelectorAll(".notice:not([hidden])")) {
      const b = e.getBoundingClientRect(), top = document.elementFromPoint(b.left + 24, b.top + b.height / 2);
      if (lost.hidden && !(top && e.contains(top))) out.push("covered: " + e.textContent);
    }
    const sizes = new Set([...document.querySelectorAll('.chips:not([hidden]) button:not([value=""])')].map((e) => Math.round(e.getBoundingClientRect().width)));
    if (sizes.size > 1) out.push("reasons of different widths: " + [...sizes]);
    const strip = document.getElementById("strip").offsetHeight;
    if (rows.some((y) => y !== strip)) out.push("the buttons end " + rows + " px above the foot, the strip begins at " + strip);
    return out.join("; ");
  };
  const look = () => {
    const card = document.querySelector(".card");
    const text = (of) => { const e = card.querySelector(of); return e && !e.hidden ? e.textContent.replace(/\s+/g, " ").trim() : ""; };
    const list = (of) => [...card.querySelectorAll(of)].map((e) => e.textContent.replace(/\s+/g, " ").trim());
    seen.push({
      Word: text(".word"), Tone: card.querySelector(".verdict").classList[1], Reason: text(".reason"), Do: text(".do"), Notice: text(".notice"),
      Rows: list(".compare dd"), Differs: list(".compare .differs dd"), Buttons: list(".buttons button > span"), Overflow: overflow(),
      Listed: card.querySelector("[aria-pressed=true]") !== null,
      Choosing: card.querySelector(".chips:not([hidden])") !== null,
      Lost: !document.getElementById("lost").hidden,
    });
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
  look();
})();
true;
