// Live checks of a form by the server's own rules: a field is checked when it is left, and again on input once it is in
// error; never while it is typed the first time. The form's data-checks address gets the whole form as a POST and answers
// {"errors": {name: sentence}, "doubts": {name: sentence}}.
const form = document.querySelector("form[data-checks]");
const touched = new Set();
let asking;

function say(input, sentence, kind) {
  const id = `${input.id}-${kind}`;
  const shown = document.getElementById(id);
  if (!sentence) {
    shown?.remove();
  } else {
    const line = shown ?? document.createElement("span");
    line.id = id;
    line.className = kind === "error" ? "field__error" : "field__doubt";
    line.textContent = sentence;
    if (!shown) input.before(line);
  }
  const described = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (sentence) described.add(id);
  else described.delete(id);
  if (described.size) input.setAttribute("aria-describedby", [...described].join(" "));
  else input.removeAttribute("aria-describedby");
  if (kind === "error") {
    if (sentence) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

async function check() {
  asking?.abort();
  asking = new AbortController();
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.checks, { method: "POST", body, signal: asking.signal, headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { errors = {}, doubts = {} } = await answer.json();
    for (const name of touched) {
      const input = form.elements[name];
      if (!input?.id) continue;
      say(input, errors[name], "error");
      say(input, errors[name] ? "" : doubts[name], "doubt");
    }
  } catch {
    // Offline, or a newer check is on its way: the server looks at everything again when the form is sent.
  }
}

if (form) {
  let waiting;
  form.addEventListener("focusout", ({ target }) => {
    if (!target.name || target.type === "hidden" || (!target.value && !touched.has(target.name))) return;
    // A button takes the focus before it is pressed: the line that a check adds would move it from under the finger.
    touched.add(target.name);
    setTimeout(check, 150);
  });
  form.addEventListener("input", ({ target }) => {
    if (target.getAttribute("aria-invalid") !== "true") return;
    touched.add(target.name);
    clearTimeout(waiting);
    waiting = setTimeout(check, 250);
  });
  // One press, one sending: the second press of a double click finds the form already on its way.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
