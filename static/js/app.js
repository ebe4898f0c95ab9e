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

  // Gates keep a button shut until boxes are ticked and texts typed. One that has a name is the server's too; others count where seen.
  const judgeGates = () => {
    const shut = {};
    for (const gate of document.querySelectorAll("[data-gate], [data-match]")) {
      const { gate: box, opens, match } = gate.dataset;
      const passed = match ? gate.value.trim() === match : gate.checked;
      shut[box || opens] ||= !passed && (gate.name !== "" || gate.checkVisibility());
    }
    for (const [id, closed] of Object.entries(shut)) {
      if (byId(id)?.hasAttribute("data-denied") === false) byId(id).disabled = closed;
