// Suggestions while one types, for the message box and for questions of a form: a list that arrow keys walk through.
"use strict";

(() => {
  const PAUSE = 120; // milliseconds without a key before the server is asked

  // Whatever asks for suggestions says so by an attribute: data-line (the message box) or data-question (a form's).
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!asks(input)) return;
    keepTyped(input);
    later(input);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-question]")) later(event.target);
  });
  // While a finger is down nothing may move away from under it: the list closes when it is lifted.
  let pressing = null;
  document.addEventListener("pointerdown", () => (pressing = new AbortController()), true);
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => setTimeout(() => (pressing?.abort(), (pressing = null))), true);
  }
  document.addEventListener("focusout", (event) => {
    if (!asks(event.target)) return;
    if (pressing) pressing.signal.addEventListener("abort", () => leave(event.target));
    else close(event.target);
  });
  const leave = (input) => document.activeElement === input || close(input);
  document.addEventListener("keydown", (event) => {
    if (asks(event.target) && !event.isComposing) walk(event);
  });
  // A press would take the focus away from the box before the click arrives.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".options")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest(".options > li");
    if (option) take(boxOf(option), option);
  });
  window.closeSuggestions = (input) => close(input);

  const asks = (input) => input.matches?.("[data-line], [data-question]");
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const boxOf = (option) => document.querySelector(`[aria-controls="${CSS.escape(option.parentElement.id)}"]`);
  const waiting = new WeakMap();

  function later(input) {
    const before = waiting.get(input);
    clearTimeout(before?.timer);
    before?.asking?.abort();
    const asking = new AbortController();
    waiting.set(input, { asking, timer: setTimeout(() => ask(input, asking.signal), PAUSE) });
  }

  async function ask(input, signal) {
    if (document.activeElement !== input) return;
    if (input.matches("[data-line]") && !input.value.startsWith("/")) return show(input, { options: [], hint: "" });
    const own = input.form.elements;
    const body = new URLSearchParams({ you: own.you.value, in: own.in.value });
    if (input.dataset.question) {
      body.set("command", input.dataset.command);
      body.set("question", input.dataset.question);
      body.set("typed", input.value);
    } else {
      body.set("text", input.value);
    }
    const address = input.dataset.question ? "/chat/options" : "/chat/suggest";
    try {
      const answer = await fetch(address, { method: "POST", body, signal });
      if (answer.ok) show(input, await answer.json());
    } catch {
      // No suggestions, then: one can type without them.
    }
  }

  function show(input, found) {
    const list = listOf(input);
    const hint = document.getElementById("message-hint");
    if (input.matches("[data-line]") && hint) hint.textContent = found.hint;
    if (!list || document.activeElement !== input) return;
    const only = found.options.length === 1 && found.options[0].label === input.value;
    if (only && input.dataset.question) kept(input).value = found.options[0].text;
    const options = only ? [] : found.options;
    list.replaceChildren(...options.map((option, at) => drawn(list, option, at)));
    list.hidden = options.length === 0;
    list.scrollTop = 0;
    if (options.length) list.scrollIntoView({ block: "nearest" });
    mark(input, null);
    if (input.getAttribute("role") === "combobox") input.setAttribute("aria-expanded", String(options.length > 0));
    if (options.length) window.announce(document.body.dataset.suggestions.replace("{count}", options.length));
  }

  function drawn(list, option, at) {
    const line = document.createElement("li");
    line.id = `${list.id}-${at}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.dataset.text = option.text;
    line.dataset.label = option.label;
    line.append(option.label);
    if (option.note) {
      const note = document.createElement("span");
      note.textContent = option.note;
      line.append(" ", note);
    }
    return line;
  }

  function walk(event) {
    const input = event.target;
    const list = listOf(input);
    if (event.key === "ArrowDown" && (!list || list.hidden)) return later(input);
    if (!list || list.hidden) return;
    const options = [...list.children];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(input, options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp") mark(input, options[(at < 1 ? options.length : at) - 1]);
    else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && at >= 0) take(input, options[at]);
    else if (event.key === "Escape") close(input);
    else if (event.key === "Tab") return close(input); // before the focus moves, so that it passes the list by
    else return;
    event.preventDefault(); // Escape closes the list, not the dialog around it
  }

  function mark(input, chosen) {
    for (const option of listOf(input)?.children ?? []) option.setAttribute("aria-selected", String(option === chosen));
    if (!chosen) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  function take(input, option) {
    const question = input.matches("[data-question]");
    input.value = question ? option.dataset.label : option.dataset.text;
    if (question) kept(input).value = option.dataset.text;
    close(input);
    input.focus();
    if (!question) {
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.setSelectionRange(input.value.length, input.value.length);
    }
  }

  function close(input) {
    clearTimeout(waiting.get(input)?.timer);
    waiting.get(input)?.asking?.abort();
    const list = listOf(input);
    if (list) {
      list.hidden = true;
      list.replaceChildren();
    }
    input.removeAttribute("aria-activedescendant");
    if (input.getAttribute("role") === "combobox") input.setAttribute("aria-expanded", "false");
  }

  // A question sends what was chosen, or else what was typed.
  const kept = (input) => input.form.querySelector(`[data-value-of="${CSS.escape(input.id)}"]`);
  function keepTyped(input) {
    if (input.matches("[data-question]")) kept(input).value = input.value;
  }
})();
