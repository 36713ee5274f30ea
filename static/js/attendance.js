// Ticking who came: the answer shows at once, and a tick made without a network waits on the device until there is one.
const KEY = "relais-ticks";
const kept = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");

function show(form, state) {
  for (const button of form.querySelectorAll("button")) button.ariaPressed = String(button.value === state);
}

async function send({ action, body }) {
  const answer = await fetch(action, { method: "POST", body: new URLSearchParams(body), headers: { Accept: "application/json", "X-Requested-With": "fetch" } });
  if (answer.status >= 500) throw new Error(String(answer.status));
  return answer.ok ? "" : (await answer.json()).error.sentence;
}

async function sendKept() {
  for (const tick of kept()) {
    try {
      await send(tick);
      localStorage.setItem(KEY, JSON.stringify(kept().filter((one) => one.action !== tick.action)));
    } catch {
      return;
    }
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-tick]")) return;
  event.preventDefault();
  const state = event.submitter.value;
  const body = `${new URLSearchParams(new FormData(form))}&state=${state}`;
  const before = form.querySelector("[aria-pressed=true]")?.value;
  show(form, state);
  try {
    const refusal = await send({ action: form.action, body });
    document.getElementById("toast").textContent = refusal;
    if (refusal) show(form, before);
  } catch {
    localStorage.setItem(KEY, JSON.stringify([...kept().filter((one) => one.action !== form.action), { action: form.action, body }]));
  }
});
addEventListener("online", sendKept);
sendKept();
