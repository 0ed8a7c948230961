// The pages beside the lanes: they give way as soon as somebody is before one,
// and to a guard who has gone away.
"use strict";
(() => {
  const lane = "/?lang=" + document.documentElement.lang;
  const busy = ["reading", "decided", "waiting", "emergency"];
  document.addEventListener("piece", (e) => {
    const card = e.detail;
    if (busy.includes(card.dataset.state) && !card.classList.contains("training")) location.replace(lane);
  });

  const leave = document.querySelector("[data-leave]");
  const after = 1000 * (leave ? Number(leave.dataset.leave) : 180);
  let idle = setTimeout(() => location.replace(lane), after);
  if (!leave) for (const sign of ["pointerdown", "keydown"]) {
    document.addEventListener(sign, () => {
      clearTimeout(idle);
      idle = setTimeout(() => location.replace(lane), after);
    }, true);
  }

  let field = document.querySelector(".typing input[autofocus]") || document.querySelector(".typing input");
  document.addEventListener("focusin", (e) => { if (e.target.tagName === "INPUT") field = e.target; });
  document.addEventListener("click", (e) => {
    const key = e.target.closest(".digits button[type=button]");
    if (key && field) field.value = key.value === "erase" ? field.value.slice(0, -1) : (field.value + key.value).slice(0, field.maxLength);
    if (e.target.closest("[data-print]")) window.print();
  });

  // One picture after the other, for as long as somebody looks; none is kept.
  async function look(img) {
    const word = img.closest("figure").querySelector("b");
    for (;;) {
      const began = performance.now();
      try {
        const reply = await fetch(img.dataset.source, { cache: "no-store" });
        if (!reply.ok) throw new Error(await reply.text());
        const old = img.src;
        img.src = URL.createObjectURL(await reply.blob());
        if (old) URL.revokeObjectURL(old);
        word.textContent = decodeURIComponent(reply.headers.get("Checkpoint-Say") || "");
      } catch (err) {
        img.removeAttribute("src");
        word.textContent = err.message;
      }
      await new Promise((go) => setTimeout(go, Math.max(0, 250 - (performance.now() - began))));
    }
  }
  for (const img of document.querySelectorAll("img[data-source]")) look(img);
})();
