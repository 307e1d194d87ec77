// Shows a password while a box is ticked. Without this script there is no box.
for (const part of document.querySelectorAll(".show-password")) {
  const field = document.getElementById(part.dataset.for);
  const box = part.querySelector("input");
  if (field && box) {
    part.hidden = false;
    box.addEventListener("change", () => {
      field.type = box.checked ? "text" : "password";
    });
    field.form.addEventListener("submit", () => {
      field.type = "password";
    });
  }
}
