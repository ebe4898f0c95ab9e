// Offers beside each field of a condition only the operators that fit it. Without script all are offered, and one that does not fit
// is refused with the reason.
const offerOperators = (row) => {
  const fit = row.querySelector(".condition-field-select").selectedOptions[0].dataset.operators?.split(" ");
  const select = row.querySelector(".condition-op-select");
  for (const option of select.options) option.hidden = option.disabled = fit !== undefined && !fit.includes(option.value);
  if (select.selectedOptions[0]?.disabled) select.value = fit[0];
};
document.addEventListener("input", (event) => {
  if (event.target.matches(".condition-field-select")) offerOperators(event.target.closest(".condition"));
});
addEventListener("pageshow", () => document.querySelectorAll(".condition").forEach(offerOperators));

// What the composer's live preview changes beside itself: the fields that it found wrong are marked where they stand, so that
// nothing that is being typed is drawn anew, and a gate that it brought along is judged.
document.addEventListener("htmx:after:swap", () => {
  const wrong = new Set([...document.querySelectorAll("#preview-body [data-marks]")].map((link) => link.dataset.marks));
  for (const field of document.querySelectorAll("#composed .input")) field.setAttribute("aria-invalid", String(wrong.has(field.id)));
  document.getElementById("moving").dispatchEvent(new Event("input", { bubbles: true }));
});
