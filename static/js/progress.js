// How far the reading of a feed is, each second, in the words that the page brought; then the page itself, with the result.
// Read aloud is each new step and no number: one a second would drown whatever else a person listens to.
const place = document.querySelector("[data-progress]");
const PAUSE = 1000;

async function look() {
  let now = null;
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.ok) now = await answer.json();
  } catch {
    // The network is away for a moment: the next look may see more.
  }
  if (now && !now.step) {
    location.reload();
    return;
  }
  if (now && now.words !== place.textContent) place.textContent = now.words;
  if (now && now.step !== place.dataset.step) {
    place.dataset.step = now.step;
    place.nextElementSibling.textContent = now.words;
  }
  setTimeout(look, document.hidden ? 5 * PAUSE : PAUSE);
}

if (place) setTimeout(look, PAUSE);
