// The visitor's choice of light or dark: kept in a cookie that the server writes on <html>, so that no page flashes.
{
  const group = document.querySelector("[data-theme-switch]");
  if (group) {
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const value = button.dataset.value;
      const age = value ? 31536000 : 0;
      document.cookie = `theme=${value};path=/;max-age=${age};samesite=lax`;
      if (value) document.documentElement.dataset.theme = value;
      else delete document.documentElement.dataset.theme;
      for (const other of group.querySelectorAll("button")) other.ariaPressed = String(other === button);
    });
  }
}
