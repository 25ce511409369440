// The container of the overlay: a shadow tree above everything, which separates the styles of page and overlay.

const STYLE = `
:host { all: initial; position: fixed; inset: 0; z-index: 2147483647; pointer-events: none; color-scheme: light dark;
  font: 14px/1.45 system-ui, sans-serif; --paper: #fff; --ink: #1c2024; --soft: #5c6670; --line: #d9dee3; --accent: #2f6fdb }
@media (prefers-color-scheme: dark) { :host { --paper: #1a1d21; --ink: #eceef0; --soft: #9aa4ae; --line: #343a41; --accent: #7aa9ff } }
canvas { position: absolute; inset: 0 }
.box { position: absolute; box-sizing: border-box; border: 2px solid var(--accent); border-radius: 4px;
  background: color-mix(in srgb, var(--accent) 18%, transparent) }
.box.also { border-style: dashed; border-width: 1px; background: none }
.panel { position: absolute; right: 16px; bottom: 16px; width: min(400px, calc(100vw - 32px)); box-sizing: border-box;
  padding: 14px 16px; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); color: var(--ink);
  box-shadow: 0 8px 30px rgb(0 0 0 / .25); pointer-events: auto; display: grid; gap: 10px }
.panel.left { right: auto; left: 16px }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center }
h2, p { margin: 0; font: inherit } h2 { font-weight: 600; flex: 1 } p, label { color: var(--soft) }
code, input { font: 13px/1.4 ui-monospace, monospace }
input { width: 100%; box-sizing: border-box; padding: 7px 9px; border: 1px solid var(--line); border-radius: 6px;
  background: transparent; color: var(--ink) }
button, select { font: inherit; color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: 6px;
  padding: 5px 11px; cursor: pointer }
button.main { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600 }
button.choice { width: 100%; text-align: left; display: flex; gap: 8px; justify-content: space-between; overflow: hidden }
button.choice code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
button.choice[aria-pressed=true] { border-color: var(--accent) }
button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
.bar { display: flex; height: 10px; border-radius: 5px; flex: 1 }
`;

export interface Stage {
  root: ShadowRoot;
  /** True for events and elements of the overlay itself. */
  owns(event: Event): boolean;
  panel: HTMLElement;
  close(): void;
}

/** Makes an element with properties and children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  has: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  Object.assign(element, has);
  element.append(...inside);
  return element;
}

/** Opens the overlay with an empty panel. A script sets the styles, which a strict Content Security Policy allows. */
export function openStage(title: string): Stage {
  const host = make("div", { popover: "manual" });
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const panel = make("section", { className: "panel", ariaLabel: title });
  root.append(panel);
  document.documentElement.append(host);
  // Use the top layer, to be above dialogs of the page too.
  host.showPopover?.();
  return {
    root,
    panel,
    owns: (event) => event.composedPath().includes(host),
    close: () => host.remove(),
  };
}

/** Heading of the panel, with buttons that move it out of the way and close the overlay. */
export function heading(stage: Stage, title: string, onClose: () => void): HTMLElement {
  const move = make("button", { type: "button", textContent: "⇆", ariaLabel: "Move to the other side" });
  move.addEventListener("click", () => stage.panel.classList.toggle("left"));
  const close = make("button", { type: "button", textContent: "Close" });
  close.addEventListener("click", onClose);
  return make("div", { className: "row" }, make("h2", { textContent: title }), move, close);
}
