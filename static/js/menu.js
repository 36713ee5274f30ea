// Folds that float (the menu on a phone) close on Escape, on a click elsewhere, and when the focus leaves.
{
  const close = (except) => {
    for (const fold of document.querySelectorAll("[data-fold][open]")) if (fold !== except) fold.open = false;
  };
  document.addEventListener("click", (event) => close(event.target.closest("[data-fold]")));
  document.addEventListener("focusin", (event) => close(event.target.closest("[data-fold]")));
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("[data-fold][open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // Dialogs: a button with data-opens shows the dialog it names; a click on the veil closes it.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      event.preventDefault();
      document.querySelector(opener.dataset.opens)?.showModal();
    } else if (event.target.nodeName === "DIALOG") {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });

  // After a refused form the summary of what to correct takes the focus.
  document.querySelector("[data-focus-me]")?.focus();
}
