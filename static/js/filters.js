// The search page: filters as a sheet on a phone, list or map, and the map told of every swap that htmx makes.

// htmx swaps the results in place. It is fetched when somebody first touches the search, not while the page is drawn;
// whatever was changed before it was there is sent as soon as it is, by the form's own way when it never comes.
const form = document.getElementById("search-form");
let waking;
function wake() {
  waking ??= new Promise((done) => {
    const script = Object.assign(document.createElement("script"), { src: document.getElementById("filters-script").dataset.htmx });
    // htmx looks at the page in a task of its own, right after it is loaded.
    script.onload = script.onerror = () => setTimeout(done, 10);
    document.head.append(script);
  });
  return waking;
}
for (const kind of ["pointerover", "touchstart", "focusin"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.closest?.("#search-form, #filters, #sort, [data-open-filters]")) wake();
  }, { passive: true });
}
// A day ticks the choice of two days. That choice asks for nothing as long as it has none, nor does a year of which only
// the first digits are typed, which browsers take for the year 2.
document.addEventListener("change", (event) => {
  const choice = document.getElementById("f-when-dates");
  const days = [...document.querySelectorAll("#f-from, #f-to")];
  const isDay = days.includes(event.target);
  if (isDay) choice.checked = true;
  const isHalf = isDay && event.target.value && event.target.value < "1000";
  if (isHalf || (event.target === choice && !days.some((day) => day.value))) event.stopPropagation();
}, { capture: true });
document.addEventListener("change", (event) => {
  if (window.htmx || !event.target.closest("#filters, #sort")) return;
  wake().then(() => form.requestSubmit());
});

const panel = document.querySelector(".search-grid__filters");
const openers = document.querySelectorAll("[data-open-filters]");
const phone = matchMedia("(max-width: 61.99rem)");
let opener;

function open(button) {
  opener = button;
  panel.classList.add("is-open");
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-modal", "true");
  document.body.style.overflow = "hidden";
  panel.querySelector("[data-close-filters]").focus();
}

function close() {
  if (!panel.classList.contains("is-open")) return;
  panel.classList.remove("is-open");
  panel.removeAttribute("role");
  panel.removeAttribute("aria-modal");
  document.body.style.overflow = "";
  opener?.focus();
}

for (const button of openers) {
  button.addEventListener("click", () => open(button));
}
panel?.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-filters]")) close();
});
// The sheet keeps the focus until it is closed, as a dialog does.
panel?.addEventListener("keydown", (event) => {
  if (!panel.classList.contains("is-open")) return;
  if (event.key === "Escape") return close();
  if (event.key !== "Tab") return;
  const stops = [...panel.querySelectorAll("a[href], button, input:not([type=hidden]), select")].filter((one) => one.offsetParent);
  const [first, last] = [stops[0], stops.at(-1)];
  if (event.shiftKey && document.activeElement === first) { event.preventDefault(); last.focus(); }
  else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first.focus(); }
});
phone.addEventListener("change", close);

// Another place has a circle of its own: neither the one of the place before follows it, nor the box of the map.
for (const kind of ["input", "taken"]) {
  document.getElementById("place")?.addEventListener(kind, () => {
    for (const kept of document.querySelectorAll("[name=radius], [name=box]")) {
      kept.checked = false;
      kept.disabled = kept.type === "hidden";
    }
  });
}

// List or map on a narrow page.
const grid = document.querySelector(".search-grid");
for (const button of document.querySelectorAll("[data-view]")) {
  button.addEventListener("click", () => {
    grid.dataset.shown = button.dataset.view;
    for (const other of document.querySelectorAll("[data-view]")) other.ariaPressed = String(other === button);
    document.dispatchEvent(new CustomEvent("map:look"));
  });
}

document.addEventListener("htmx:after:swap", () => {
  document.dispatchEvent(new CustomEvent("map:load"));
});
