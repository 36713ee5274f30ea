// A like without leaving the page. Each form works alone; here its answer is {likes, is_liked} instead of a page.
{
  const number = new Intl.NumberFormat(document.documentElement.lang);

  const show = (form, liked, likes) => {
    const button = form.querySelector("button");
    button.ariaPressed = String(liked);
    form.elements.value.value = liked ? "0" : "1";
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, liked ? "#icon-heart-filled" : "#icon-heart"));
    const count = form.querySelector("[data-like-count]");
    if (likes !== undefined) count.textContent = likes ? number.format(likes) : "";
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-like]")) return;
    event.preventDefault();
    const wanted = form.elements.value.value === "1";
    const body = new URLSearchParams(new FormData(form));
    show(form, wanted);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.ok) {
        const { likes, is_liked } = await answer.json();
        // The same offer may stand twice on a page: in a list and among similar ones.
        for (const twin of document.querySelectorAll("[data-like]")) if (twin.action === form.action) show(twin, is_liked, likes);
      } else if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    } catch {
      show(form, !wanted);
      form.submit();
    }
  });
}
