// What script adds to pages that work without it, by delegation from the document: parts that htmx swaps in need no second start.
// Attributes say what an element does: data-copy, data-reveal, data-open, data-close, data-gate, data-match, data-file, data-working.
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  // say tells eyes and screen readers what happened.
  let quiet;
  const say = (text) => {
    const place = byId("said");
    if (!place) return;
    place.textContent = "";
    requestAnimationFrame(() => { place.textContent = text; });
    clearTimeout(quiet);
    quiet = setTimeout(() => { place.textContent = ""; }, 4000);
  };

  // copy takes the text of an element; where the browser refuses, it selects the text for the keyboard.
  const copy = async (button) => {
    const source = byId(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      say(button.dataset.said || "Copied");
    } catch {
      source.toggleAttribute("data-shown", true);
      getSelection().selectAllChildren(source);
      say("Press Ctrl+C to copy");
    }
  };

  const reveal = (button) => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    byId(button.dataset.reveal).toggleAttribute("data-shown", shown);
  };

  const toggleTheme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
  };

  const open = (link, event) => {
    const dialog = byId(link.dataset.open);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden])")?.focus();
  };

  // Gates keep a button shut until boxes are ticked and texts typed. One that is required is the server's too; others count where seen.
  const judgeGates = () => {
    const shut = {};
    for (const gate of document.querySelectorAll("[data-gate], [data-match]")) {
      const { gate: box, opens, match } = gate.dataset;
      const passed = match ? gate.value.trim() === match : gate.checked;
      shut[box || opens] ||= !passed && (gate.required || gate.checkVisibility());
    }
    for (const [id, closed] of Object.entries(shut))
      if (byId(id)?.hasAttribute("data-denied") === false) byId(id).disabled = closed;
  };

  // countSelection keeps the words above a list true: how many rows of this page are chosen.
  const countSelection = (form) => {
    const boxes = [...form.querySelectorAll("tbody input[name=id]")];
    const chosen = boxes.filter((box) => box.checked).length;
    const files = chosen === 1 ? "1 file" : `${chosen} files`;
    form.querySelector("[data-selected-count]").textContent = `${files} on this page selected`;
    form.querySelector("[data-selected-delete]").textContent = `Delete ${files}…`;
    const all = form.querySelector("[data-select-all]");
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };

  // follow shows how far the server is. When it is done, who only looks on loads the page again; who asked gets the answer.
  const follow = (place) => setInterval(async () => {
    const answer = await fetch(place.dataset.progress).catch(() => null);
    if (answer?.status === 200 && !answer.redirected) place.querySelector("[data-steps]").innerHTML = await answer.text();
    if (answer?.status === 204 && place.hasAttribute("data-reload")) location.reload();
  }, 1000);

  const actions = [
    ["[data-copy]", copy],
    ["[data-reveal]", reveal],
    ["[data-theme-toggle]", toggleTheme],
    ["[data-open]", open],
    ["[data-close]", (button) => button.closest("dialog").close()],
  ];

  document.addEventListener("click", (event) => {
    for (const [selector, act] of actions) {
      const element = event.target.closest(selector);
      if (element) act(element, event);
    }
    if (event.target.matches("dialog")) event.target.close();
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-selection]");
    if (form) {
      const all = event.target.matches("[data-select-all]") ? form.querySelectorAll("tbody input[name=id]") : [];
      for (const box of all) box.checked = event.target.checked;
      countSelection(form);
    }
    judgeGates();
  });

  // A form is sent once: the answer to a second click would take the place of the first one's, which may be the only one that
  // shows a secret. It opens again with the page, or in a while; sooner where the answer is a file and the page stays.
  let sentUntil = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[method=post]")) return;
    const file = form.hasAttribute("data-file");
    const sender = (file && event.submitter) || form; // each of several files has a button
    if (Date.now() < sentUntil.get(sender)) {
      event.preventDefault();
      say("Sent already. Wait for the answer.");
      return;
    }
    sentUntil.set(sender, Date.now() + (file ? 5_000 : 60_000));
    const place = byId(form.dataset.working);
    if (!place) return;
    place.hidden = false;
    event.submitter.disabled = true;
    follow(place);
  });

  // A page that showed a secret leaves nothing behind: no text for the back/forward cache, no POST in the history.
  const sensitive = document.body.dataset.sensitive;
  if (sensitive) history.replaceState(null, "", sensitive);
  addEventListener("pagehide", () => {
    for (const secret of document.querySelectorAll("[data-secret]")) secret.remove();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted && (sensitive || document.querySelector("[data-working]"))) location.replace(sensitive || location.href);
    sentUntil = new WeakMap();
    judgeGates();
    for (const form of document.querySelectorAll("[data-selection]")) countSelection(form);
  });

  // An instant that ends something is also said in the time of whoever reads it.
  for (const time of document.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    if (at.getTimezoneOffset() !== 0) time.textContent += ` · ${at.toLocaleString([], { dateStyle: "medium", timeStyle: "long" })}`;
  }

  judgeGates();
  for (const place of document.querySelectorAll("[data-progress]:not([hidden])")) follow(place);
})();
