// The moderator's keyboard: j and k walk the cases, a approves, r opens the refusal. Never while something is typed.
const cases = [...document.querySelectorAll("[data-case]")];
let at = -1;

function walk(step) {
  at = Math.min(cases.length - 1, Math.max(0, at + step));
  cases[at]?.focus();
  cases[at]?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "a" && at >= 0) cases[at].querySelector("form button")?.focus();
  else if (event.key === "r" && at >= 0) {
    const fold = cases[at].querySelector("details");
    fold.open = true;
    fold.querySelector("select, input[type=checkbox]").focus();
    event.preventDefault();
  }
});
