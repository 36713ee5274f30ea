// Copying a link, and the device's own share sheet where there is one. The plain links need none of this.
{
  let hiding;
  const say = (text) => {
    const toast = document.getElementById("toast");
    toast.textContent = text;
    clearTimeout(hiding);
    hiding = setTimeout(() => { toast.textContent = ""; }, 4000);
  };

  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  for (const item of document.querySelectorAll("[data-when-sharing]")) item.hidden = !navigator.share;

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const field = document.querySelector(copy.dataset.copy);
      try {
        await navigator.clipboard.writeText(field.value);
        say(copy.dataset.copied);
      } catch {
        field.select();
      }
    }
    const share = event.target.closest("[data-share-url]");
    if (share) {
      const { shareUrl: url, shareTitle: title, shareText: text } = share.dataset;
      // Closing the sheet without sharing is an answer too.
      navigator.share({ url, title, text }).catch(() => {});
    }
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-select-all]")) event.target.select();
  });
}
