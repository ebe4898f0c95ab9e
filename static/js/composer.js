// What the composer's live preview changes beside itself: the fields that it found wrong are marked where they stand, so that
// nothing that is being typed is drawn anew, and a gate that it brought along is judged.
document.addEventListener("htmx:after:swap", () => {
  const wrong = new Set([...document.querySelectorAll("#preview-body [data-marks]")].map((link) => link.dataset.marks));
  for (const field of document.querySelectorAll("#composed .input")) field.setAttribute("aria-invalid", String(wrong.has(field.id)));
  document.getElementById("moving").dispatchEvent(new Event("input", { bubbles: true }));
});
