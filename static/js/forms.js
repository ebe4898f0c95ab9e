// What script adds to single forms, by delegation as in app.js: data-file with data-last and data-begun.
(() => {
  // A form that is answered with a file keeps its page: what the last try said goes, and whatever it fetches for the last time is
  // shut; after it was sent, for what is shut is not sent along.
  document.addEventListener("submit", ({ target: form, submitter, defaultPrevented }) => {
    if (defaultPrevented || !form.matches("[data-file]")) return;
    for (const old of form.querySelectorAll(".error, [role=alert]")) old.remove();
    form.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
    const sent = submitter?.name ? [submitter] : [...form.querySelectorAll("button")];
    const last = sent.filter((button) => button.matches("[data-last]"));
    setTimeout(() => {
      for (const button of last) [button.disabled, button.lastChild.textContent] = [true, "Downloaded"];
      if (last.length > 0) form.querySelector("[data-begun]").hidden = false;
    });
  });
})();
