// Completion of words and places after the ARIA combobox pattern: the list proposes, the field decides.
// The address in data-combobox answers ?q= with [{value, text, more}] (or [{...}] under "places" or "words").
{
  let ids = 0;

  class Combobox {
    constructor(input) {
      this.input = input;
      this.options = [];
      this.at = -1;
      this.list = document.createElement("ul");
      this.list.id = `options-${++ids}`;
      this.list.className = "options";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
      this.list.hidden = true;
      this.said = document.createElement("span");
      this.said.className = "only-heard";
      this.said.setAttribute("role", "status");
      input.closest(".combobox").append(this.list, this.said);
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
      input.setAttribute("aria-controls", this.list.id);
      input.addEventListener("input", () => this.ask());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => this.close());
      // Pressing, not clicking: the field keeps the focus, so a blur never closes the list under the finger.
      this.list.addEventListener("pointerdown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.take([...this.list.children].indexOf(option));
      });
    }

    ask() {
      this.giveUp();
      const text = this.input.value.trim();
      if (text.length < 2) return this.close();
      this.timer = setTimeout(() => this.fetch(text), 120);
    }

    giveUp() {
      clearTimeout(this.timer);
      this.wanted?.abort();
      this.wanted = undefined;
    }

    async fetch(text) {
      const wanted = (this.wanted = new AbortController());
      let found = [];
      try {
        const url = `${this.input.dataset.combobox}?q=${encodeURIComponent(text)}`;
        const answer = await fetch(url, { signal: wanted.signal, headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(answer.status);
        found = await answer.json();
      } catch {
        if (wanted === this.wanted) this.close();
        return;
      }
      // An answer that comes late, after another letter, a choice or Escape, is nobody's any more.
      if (wanted === this.wanted) this.show(Array.isArray(found) ? found : (found.places ?? found.words ?? []));
    }

    show(found) {
      if (document.activeElement !== this.input) return;
      this.options = found.slice(0, 8).map((one) => (typeof one === "string" ? { value: one } : one));
      this.at = -1;
      this.list.replaceChildren(...this.options.map((option, i) => {
        const item = document.createElement("li");
        item.id = `${this.list.id}-${i}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const name = document.createElement("span");
        name.textContent = option.text ?? option.value;
        item.append(name);
        if (option.more) {
          const more = document.createElement("span");
          more.className = "options__more";
          more.textContent = option.more;
          item.append(more);
        }
        return item;
      }));
      const { saidOne, saidMany, saidNone } = this.input.dataset;
      const count = this.options.length;
      const words = count === 0 ? saidNone : count === 1 ? saidOne : saidMany.replace("{n}", count);
      if (this.said.textContent !== words) this.said.textContent = words;  // set anew, the same words would be read again
      this.list.hidden = count === 0;
      this.input.setAttribute("aria-expanded", String(count > 0));
      this.input.removeAttribute("aria-activedescendant");
      // On a short screen the list ends below the fold: the page moves, the field stays in sight.
      this.list.scrollIntoView({ block: "nearest" });
    }

    close() {
      this.giveUp();
      this.leave();
      this.list.hidden = true;
      this.said.textContent = "";
      this.input.setAttribute("aria-expanded", "false");
    }

    point(to) {
      const items = [...this.list.children];
      items[this.at]?.setAttribute("aria-selected", "false");
      this.at = (to + items.length) % items.length;
      items[this.at].setAttribute("aria-selected", "true");
      items[this.at].scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", items[this.at].id);
    }

    // Back into the text: the caret moves, so no option is the active one any more.
    leave() {
      this.list.children[this.at]?.setAttribute("aria-selected", "false");
      this.at = -1;
      this.input.removeAttribute("aria-activedescendant");
    }

    take(index) {
      const option = this.options[index];
      if (!option) return;
      this.input.value = option.value;
      this.close();
      this.input.dispatchEvent(new CustomEvent("taken", { bubbles: true, detail: option }));
    }

    key(event) {
      if (event.isComposing) return;  // these keys choose among the writing system's own proposals
      const open = !this.list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const down = event.key === "ArrowDown";
        if (open) this.point(this.at < 0 && !down ? -1 : this.at + (down ? 1 : -1));
        else if (down) this.ask();
      } else if (event.key === "Enter") {
        if (!open || this.at < 0) return this.close();  // the form is sent; on a page that stays, so would the list
        event.preventDefault();
        this.take(this.at);
      } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
        this.leave();
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        this.close();
      } else if (event.key === "Tab" && open && this.at >= 0) this.take(this.at);
    }
  }

  for (const input of document.querySelectorAll("[data-combobox]")) new Combobox(input);
}
