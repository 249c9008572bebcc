// Questions that gate.py asks of a page in the browser. Each returns a list of faults, in words.
// Evaluated before use as one object; nothing here stays in the page.
({
  // ── what the page says ────────────────────────────────────────────────────────────────────────
  structure(locale, isSpecimen) {
    const faults = [];
    const say = (text) => faults.push(text);
    const name = (el) => el.outerHTML.replace(/\s+/g, " ").slice(0, 110);
    if (document.documentElement.lang !== locale) say(`lang is ${document.documentElement.lang}, not ${locale}`);
    if (document.title.trim().startsWith("–") || document.title.trim() === "") say("the title is empty");
    const headings = [...document.querySelectorAll("h1")].filter((el) => el.checkVisibility());
    if (headings.length !== 1) say(`${headings.length} visible h1`);
    if (headings.some((el) => !el.textContent.trim())) say("the h1 is empty");
    const ids = [...document.querySelectorAll("[id]")].map((el) => el.id);
    for (const id of new Set(ids.filter((id, n) => !id || ids.indexOf(id) !== n))) say(`id ${id} is there twice`);
    for (const el of document.querySelectorAll("img:not([alt])")) say(`no alt: ${name(el)}`);
    for (const el of document.querySelectorAll("svg")) {
      const named = el.closest("[aria-hidden=true]") || el.getAttribute("role") === "img";
      if (!named) say(`an svg is neither hidden nor an image: ${name(el)}`);
    }
    const fields = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea";
    for (const el of document.querySelectorAll(fields)) {
      const labels = [...(el.labels || [])].map((label) => label.textContent.trim()).join("");
      const others = (el.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
      if (others.some((id) => !document.getElementById(id))) say(`aria-labelledby leads nowhere: ${name(el)}`);
      const own = el.getAttribute("aria-label") || (el.type === "image" && el.alt); // an image button is named by its alt
      if (!labels && !others.length && !own) say(`no label: ${name(el)}`);
      for (const id of (el.getAttribute("aria-describedby") || "").split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) say(`aria-describedby leads nowhere: ${name(el)}`);
      }
    }
    for (const el of document.querySelectorAll("form[method=post]")) {
      if (!el.querySelector("input[name=csrf_token]")) say(`a form without csrf_token: ${name(el)}`);
    }
    if (isSpecimen) return faults; // links of the style guide lead nowhere
    for (const el of document.querySelectorAll("a:not([href]), a[href=''], a[href='#']")) {
      if (el.getAttribute("aria-disabled") !== "true" && el.getAttribute("aria-current") === null) {
        say(`a link to nowhere: ${name(el)}`);
      }
    }
    for (const el of document.querySelectorAll("a[href^='#']:not([href='#'])")) {
      if (!document.getElementById(decodeURIComponent(el.hash.slice(1)))) say(`no target: ${name(el)}`);
    }
    const text = document.body.innerText;
    for (const odd of ["%(", "{{", "{%", "undefined", "None", "<function", "[object"]) {
      const at = text.indexOf(odd);
      if (at >= 0) say(`the text shows ${odd}: …${text.slice(Math.max(0, at - 30), at + 30)}…`);
    }
    return faults;
  },

  // ── where it stands ───────────────────────────────────────────────────────────────────────────
  scroll(percent) {
    const root = document.documentElement;
    root.style.fontSize = percent === 100 ? "" : `${percent}%`;
    const width = root.clientWidth;
    const faults = [];
    if (document.scrollingElement.scrollWidth > width) {
      const range = document.createRange();
      const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
      const wide = new Set(); // text is seen only through a range: a long word leaves its element
      for (let node = words.nextNode(); node; node = words.nextNode()) {
        const el = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        if (node.nodeType === Node.TEXT_NODE) range.selectNodeContents(node);
        const box = (node.nodeType === Node.TEXT_NODE ? range : el).getBoundingClientRect();
        if (box.right + scrollX > width + 0.5 && el.checkVisibility() && !clipped(node.parentElement)) {
          wide.add(`${el.tagName.toLowerCase()}.${el.getAttribute("class") || ""} “${el.textContent.trim().slice(0, 30)}”`);
        }
      }
      faults.push(`scrolls sideways at ${width} px, text ${percent} %: ${[...wide].slice(-4).join(", ")}`);
    }
    root.style.fontSize = "";
    return faults;

    function clipped(el) {
      for (let up = el; up && up !== document.documentElement; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    }
  },

  // WCAG 2.5.8, without its exception for spacing: a finger is as wide on every page.
  targets(least) {
    const faults = [];
    const wanted = "a[href], button, summary, select, textarea, input:not([type=hidden])";
    for (const el of document.querySelectorAll(wanted)) {
      if (!el.checkVisibility({ opacityProperty: false, visibilityProperty: true })) continue;
      if (el.closest(".govuk-visually-hidden, .govuk-skip-link")) continue;
      let { width, height } = el.getBoundingClientRect();
      for (const label of el.labels || []) {
        if (["checkbox", "radio"].includes(el.type)) {
          const box = label.getBoundingClientRect();
          width = Math.max(width, box.width);
          height = Math.max(height, box.height);
        }
      }
      if (inText(el)) continue;
      if (width < Math.min(least, 24) || height < least - 0.5 || (least > 24 && width < least - 0.5)) {
        const text = (el.textContent || el.name || "").trim().slice(0, 40);
        faults.push(`target ${Math.round(width)}×${Math.round(height)}: ${el.tagName.toLowerCase()} “${text}”`);
      }
    }
    return faults;

    function inText(el) {
      if (el.tagName !== "A" || !getComputedStyle(el).display.startsWith("inline")) return false;
      let block = el.parentElement;
      while (block && getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
      const around = block ? block.textContent.replace(/\s+/g, "").length : 0;
      return around > el.textContent.replace(/\s+/g, "").length;
    }
  },

  // ── the keyboard ──────────────────────────────────────────────────────────────────────────────
  // After one press of Tab the browser shows focus for the keyboard; then each element is asked in turn.
  focus() {
    const faults = [];
    const wanted = "a[href], button, summary, select, textarea, input:not([type=hidden])";
    const looks = (el) => {
      const parts = [el, el.parentElement, el.parentElement.parentElement, ...(el.labels || [])]; // a card may show it
      return parts
        .map((part) => ["", "::before", "::after"].map((pseudo) => {
          const style = getComputedStyle(part, pseudo || null);
          const outline = style.outlineStyle === "none" ? "none" : style.outline;
          return [outline, style.boxShadow, style.backgroundColor, style.color, style.textDecoration].join();
        }).join())
        .join();
    };
    const name = (el) => `${el.tagName.toLowerCase()} “${(el.textContent || el.name || "").trim().slice(0, 40)}”`;
    const reached = [...document.querySelectorAll(wanted)].filter(
      (el) => !(el.disabled || el.tabIndex < 0) && el.checkVisibility({ visibilityProperty: true }),
    );
    if (document.activeElement) document.activeElement.blur();
    const before = reached.map(looks); // all at once: each blur would have the page's styles computed again
    reached.forEach((el, n) => {
      if (el.tabIndex > 0) faults.push(`tabindex above 0: ${name(el)}`);
      el.focus();
      if (document.activeElement !== el) faults.push(`cannot be focused: ${name(el)}`);
      else if (looks(el) === before[n]) faults.push(`focus is not seen: ${name(el)}`);
      else if (!uncovered(el)) faults.push(`focus is covered: ${name(el)}`);
    });
    return faults;

    function uncovered(el) { // WCAG 2.4.11: at least a part of it can be seen
      if (el.matches("[type=checkbox], [type=radio], [type=file]")) return true; // drawn by their labels
      for (const box of el.getClientRects()) {
        for (const [x, y] of [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]]) {
          const at = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
          if (at && (el === at || el.contains(at) || (at.contains(el) && at !== document.body && at !== document.documentElement))) return true;
        }
      }
      return false;
    }
  },

  // ── contrast ──────────────────────────────────────────────────────────────────────────────────
  // What the contrast of a text hangs on, for each text that is seen: its own class, colour, size and weight,
  // and everything around it that paints or dims. Texts in the same dress have the same contrast.
  dresses() {
    return [...new Set(this.dressed().map(([dress]) => dress))];
  },

  // Mark the first elements, `most` of each, that wear one of these dresses: axe judges the contrast of no others.
  mark(dresses, most) {
    const wanted = new Map(dresses.map((dress) => [dress, most]));
    for (const [dress, el] of this.dressed()) {
      const left = wanted.get(dress) || 0;
      el.toggleAttribute("data-gate-dress", left > 0);
      wanted.set(dress, left - 1);
    }
    return [];
  },

  dressed() {
    const around = new Map(); // element → what it and its ancestors paint
    const painted = (el) => {
      if (!el) return "";
      if (!around.has(el)) {
        const style = getComputedStyle(el);
        const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter].join();
        const paints = own !== "rgba(0, 0, 0, 0),none,1,none" || style.position !== "static";
        const off = el.disabled || el.getAttribute("aria-disabled"); // what cannot be used may be pale
        const mine = paints || off ? `${el.tagName}.${el.getAttribute("class")} ${own} ${off}|` : "";
        around.set(el, mine + painted(el.parentElement));
      }
      return around.get(el);
    };
    const says = (el) => [...el.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return [...document.body.querySelectorAll("*")]
      .filter((el) => (el.matches("input, select, textarea") || says(el)) && el.checkVisibility({ visibilityProperty: true }))
      .map((el) => {
        const style = getComputedStyle(el);
        const own = [style.color, style.fontSize, style.fontWeight, style.textShadow, el.type, el.control && el.control.disabled];
        return [`${el.tagName}.${el.getAttribute("class")} ${own.join()} ${painted(el)}`, el];
      });
  },
})
