// The page's behaviour around htmx: conversations, dialogs, news that arrive by themselves, local times.
"use strict";

(() => {
  const body = document.body;
  const words = body.dataset;
  const composer = document.getElementById("composer");
  const box = document.getElementById("message");
  const trouble = document.getElementById("trouble");
  const dialogs = document.getElementById("dialogs");
  const language = document.documentElement.lang;
  const clockLanguage = language === "en" ? "en-GB" : language; // day before month, as in the UN's own papers
  const unread = new Map();

  window.announce = (text) => (document.getElementById("announcer").textContent = text);

  // ---- Who one is

  const persona = document.getElementById("you");
  persona.addEventListener("change", () => {
    sessionStorage.setItem("focus", "you");
    persona.form.requestSubmit();
  });
  if (sessionStorage.getItem("focus") === "you") persona.focus();
  sessionStorage.removeItem("focus");
  persona.value = words.you; // a browser that restores a form would show another than the page's

  // ---- Conversations

  const current = () => composer.elements.in.value;
  const logOf = (key) => document.getElementById(`log-${key}`);
  const toEnd = (log) => (log.scrollTop = log.scrollHeight);

  function enter(key) {
    for (const room of document.querySelectorAll(".room")) room.hidden = room.id !== `room-${key}`;
    for (const link of document.querySelectorAll("nav a")) {
      if (link.dataset.room === key) {
        link.setAttribute("aria-current", "page");
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else {
        link.removeAttribute("aria-current");
      }
    }
    composer.elements.in.value = key;
    persona.form.elements.in.value = key;
    unread.delete(key);
    countFresh(key);
    const title = document.getElementById(`title-${key}`);
    document.title = document.title.replace(/^.* · /, () => `${title.textContent} · `);
    history.replaceState(null, "", `/?${new URLSearchParams({ you: words.you, in: key })}`);
    toEnd(logOf(key));
    title.focus({ preventScroll: true });
  }

  document.querySelector("nav").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-room]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    enter(link.dataset.room);
  });

  function countFresh(key) {
    const mark = document.querySelector(`[data-fresh="${CSS.escape(key)}"]`);
    const count = unread.get(key) ?? 0;
    mark.hidden = count === 0;
    mark.textContent = count === 0 ? "" : count === 1 ? words.oneNew : words.manyNew.replace("{count}", count);
  }

  // ---- What is sent, and what comes back

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.event ??= newName(); // a press; forms carry the name of their submission
  });

  function newName() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  }

  composer.addEventListener("submit", () => window.closeSuggestions(box));
  box.addEventListener("input", () => (composer.elements.event.value = newName()));
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    if (!successful) return;
    say("");
    if (elt !== composer) return;
    box.value = "";
    document.getElementById("message-hint").textContent = "";
    composer.elements.event.value = newName();
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, () => say(words.lost));
  }

  // Beside the form that is open, else above the message box.
  function say(text) {
    const problem = dialogs.querySelector("dialog[open] #form-problem");
    if (problem && text) {
      problem.textContent = text;
      problem.focus();
    } else if (!problem) {
      trouble.textContent = text;
    }
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target === dialogs) forgetClosed();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target } = event.detail;
    if (!target) return; // news, which `post` sees to
    if (target === dialogs) return open(dialogs.querySelector("dialog"));
    if (target.id === "form-problem") return target.focus();
    if (target.matches(".log")) {
      dropTwins(target);
      arrived(target);
    }
  });
  document.addEventListener("htmx:load", (event) => localise(event.detail.elt));

  // An answer for the whole channel may come twice: as the answer, and with the news.
  function dropTwins(log) {
    const seen = new Set();
    for (const message of [...log.children]) {
      if (seen.has(message.id)) message.remove();
      seen.add(message.id);
    }
  }

  // Bring the answer into view, from its beginning where it is long.
  function arrived(log) {
    const said = log.querySelectorAll(":scope > .message");
    const last = said[said.length - 1];
    last?.classList.add("arriving");
    localise(log); // first: it may add lines
    toEnd(log);
    if (last && last.offsetHeight > log.clientHeight) last.scrollIntoView({ block: "start" });
  }

  // ---- Forms

  let opener = null;

  function open(dialog) {
    if (!opener) opener = document.activeElement;
    dialog.showModal();
    const wrong = dialog.querySelector("#form-problem:not(:empty), [aria-invalid='true']:not([type='hidden'])");
    const first = dialog.querySelector(".questions :is(input:not([type='hidden']), select, textarea)");
    (wrong ?? first ?? dialog.querySelector(".button.primary"))?.focus();
    dialog.addEventListener("close", () => goBack());
    dialog.addEventListener("cancel", () => leaveNote(dialog));
    dialog.querySelector("[data-close]").addEventListener("click", () => {
      leaveNote(dialog);
      dialog.close();
    });
  }

  function goBack() {
    const place = opener?.isConnected && opener !== body && !composer.contains(opener) ? opener : box;
    opener = null;
    place.focus();
  }

  // A form that was closed can be opened again with all that was typed, until the next form comes.
  function leaveNote(dialog) {
    const note = dialog.querySelector("template").content.cloneNode(true);
    note.querySelector("[data-reopen]").addEventListener("click", () => {
      forgetClosed();
      open(dialog);
    });
    const log = logOf(dialog.querySelector("[name='in']").value);
    log.append(note);
    toEnd(log);
  }

  function forgetClosed() {
    for (const note of document.querySelectorAll(".message.closed")) note.remove();
  }

  body.addEventListener("form-done", () => {
    const dialog = dialogs.querySelector("dialog");
    dialog?.close();
    dialogs.replaceChildren();
  });

  // ---- Small conveniences

  document.addEventListener("click", (event) => {
    const command = event.target.closest("[data-insert]");
    if (!command) return;
    event.preventDefault();
    box.value = command.dataset.insert;
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A long file is too much for an address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.file[href^='data:']");
    if (!link) return;
    const bytes = Uint8Array.from(atob(link.href.split(",")[1]), (sign) => sign.charCodeAt(0));
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  });

  // ---- Times as the reader's own clock shows them

  function localise(root) {
    for (const time of root.querySelectorAll("time[data-clock]")) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString(clockLanguage, { timeStyle: "short" });
    }
    for (const time of root.querySelectorAll("time[data-wall]")) {
      const at = new Date(time.dateTime);
      const own = new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
      if (own === time.dataset.wall) continue; // the official time is the reader's
      const parts = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
      const when = new Intl.DateTimeFormat(clockLanguage, parts).format(at);
      time.textContent = time.dataset.words.replace("{when}", when);
    }
  }

  // ---- News

  let stream = null;
  let last = words.last;

  function listen() {
    if (stream) return;
    stream = new EventSource(`/chat/events?${new URLSearchParams({ you: words.you, after: last })}`);
    stream.addEventListener("open", () => {
      if (trouble.textContent === words.waiting) trouble.textContent = "";
    });
    stream.addEventListener("post", (event) => {
      last = event.lastEventId;
      post(JSON.parse(event.data));
    });
    stream.addEventListener("error", () => {
      if (!trouble.textContent) trouble.textContent = words.waiting;
      if (stream?.readyState !== EventSource.CLOSED) return; // it tries again by itself
      stream = null;
      setTimeout(listen, 3000);
    });
  }

  function post({ room, key, html }) {
    const log = logOf(room);
    if (!log || document.getElementById(key)) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    htmx.swap(log, html, { swapStyle: "beforeend" });
    if (room !== current() || document.hidden) {
      unread.set(room, (unread.get(room) ?? 0) + 1);
      countFresh(room);
    }
    if (room === current() && atEnd) arrived(log);
  }

  // A browser opens six connections to a server: tabs in the background give theirs back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
    } else {
      unread.delete(current());
      countFresh(current());
      listen();
    }
  });
  // Chromium says "error" for a stream that ends because one leaves the page.
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  localise(document);
  document.querySelector("nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  toEnd(logOf(current()));
  listen();
})();
