// What script adds to single forms, by delegation as in app.js: data-file with data-last and data-begun, data-slug.
(() => {
  // An answer that is a file keeps the page: what the last try said goes; what was fetched for the last time is shut, once it is sent.
  document.addEventListener("submit", ({ target: form, submitter, defaultPrevented }) => {
    if (defaultPrevented || !form.matches("[data-file]")) return;
    for (const old of form.querySelectorAll(".error, [role=alert]")) old.remove();
    form.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
    const last = [...form.querySelectorAll("[data-last]")].filter((button) => !submitter?.name || button === submitter);
    setTimeout(() => {
      for (const button of last) [button.disabled, button.lastChild.textContent] = [true, "Downloaded"];
      if (last.length > 0) form.querySelector("[data-begun]").hidden = false;
    });
  });
  // A slug follows the name until somebody writes one, which takes its place.
  document.addEventListener("focusin", ({ target }) => { if (target.matches("[data-slug]")) target.select(); });
  document.addEventListener("input", ({ target }) => {
    target.removeAttribute("data-slug");
    const slug = target.name === "name" && target.form?.querySelector("[data-slug]");
    if (slug) slug.value = target.value.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().match(/[a-z0-9]+/g)?.join("-").slice(0, 60) ?? "";
  });
})();
