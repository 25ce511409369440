// The picker: the owner points at an element, sees its selector, and sends the choice to the Worker, where the dashboard
// waits for it.
import type { OverlayChoice } from "../../workers/domain/events/overlay.ts";
import { toNormalPath } from "../../workers/domain/events/path.ts";
import type { OpenedWith } from "./pass.ts";
import { countMatches, type Proposal, proposalsFor } from "./selector.ts";
import { heading, make, openStage } from "./stage.ts";

const CLICKABLE = "a, button, summary, label, [role=button], [role=link], [role=tab], input, select, textarea, form";
/** Most outlines of other matches. More would only be noise and slow the page down. */
const MOST_OUTLINES = 100;

const sentence = (matches: number | null): string => {
  if (matches === null) return "This is no selector that browsers understand.";
  return matches === 1 ? "Matches this element only." : `Matches ${matches} elements of this page.`;
};

/** The text of an element with collapsed white space, never its input. */
const textOf = (element: Element): string =>
  (element.getAttribute("aria-label") || element.textContent || "").replace(/\s+/g, " ").trim().slice(0, 80);

/** False if the Worker did not take it: the pass is spent or over, or the page has lost its connection. */
async function sendChoice(pass: OpenedWith, worker: string, choice: OverlayChoice): Promise<boolean> {
  const reply = await fetch(new URL("/api/overlay/choice", worker), {
    method: "POST",
    headers: { authorization: `Bearer ${pass.signed}`, "content-type": "application/json" },
    body: JSON.stringify(choice),
    credentials: "omit",
  });
  return reply.ok;
}

export function openPicker(pass: OpenedWith, worker: string): void {
  const stage = openStage("Pick an element");
  const boxes = make("div");
  stage.root.prepend(boxes);
  let chosen: Element | null = null;
  let selector = "";

  const boxAround = (element: Element, className: string): void => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const box = make("div", { className });
    Object.assign(box.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    boxes.append(box);
  };
  const outline = (): void => {
    boxes.replaceChildren();
    if (!chosen) return;
    boxAround(chosen, "box");
    if (!selector || countMatches(selector) === null) return;
    const others = [...document.querySelectorAll(selector)].filter((element) => element !== chosen);
    for (const element of others.slice(0, MOST_OUTLINES)) boxAround(element, "box also");
  };

  const close = (): void => {
    for (const type of SWALLOWED) removeEventListener(type, swallow, true);
    removeEventListener("pointermove", point, true);
    removeEventListener("scroll", outline, true);
    removeEventListener("resize", outline);
    removeEventListener("keydown", press, true);
    stage.close();
  };

  const aim = (): void => {
    chosen = null;
    boxes.replaceChildren();
    stage.panel.replaceChildren(
      heading(stage, "Pick an element", close),
      make("p", { textContent: "Point at what you want to count and click. Hold Alt for the innermost element." }),
    );
  };

  /** The element that the owner means: the button, not the picture in it. */
  const meantBy = (event: PointerEvent | MouseEvent): Element | null => {
    const found = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one !== stage.root.host);
    return (event.altKey ? found : (found?.closest(CLICKABLE) ?? found)) ?? null;
  };

  const send = async (button: HTMLButtonElement): Promise<void> => {
    const choice: OverlayChoice = {
      selector,
      matches: countMatches(selector) ?? 0,
      text: chosen ? textOf(chosen) : "",
      page: toNormalPath(location.pathname).slice(0, 1000),
    };
    button.disabled = true;
    button.textContent = "Sending…";
    if (await sendChoice(pass, worker, choice).catch(() => false)) {
      button.textContent = "Sent to TrackKit. You can close this tab.";
      // Browsers let a page close its own window unless the window has a history of its own.
      setTimeout(() => window.close(), 400);
      return;
    }
    button.disabled = false;
    void navigator.clipboard?.writeText(selector);
    button.textContent = "Copied: paste it into the rule";
  };

  const choose = (element: Element): void => {
    chosen = element;
    const proposals = proposalsFor(element);
    selector = proposals[0]?.selector ?? element.localName;
    const input = make("input", { value: selector, ariaLabel: "Selector", spellcheck: false });
    const count = make("p", { ariaLive: "polite" });
    const use = make("button", { type: "button", className: "main", textContent: "Use this selector" });
    const list = make("div", { className: "row" });
    const show = (): void => {
      const matches = countMatches(selector);
      count.textContent = sentence(matches);
      use.disabled = !matches;
      for (const button of list.children) button.ariaPressed = `${button.firstChild?.textContent === selector}`;
      outline();
    };
    const offer = ({ selector: proposed, matches }: Proposal): HTMLElement => {
      const button = make(
        "button",
        { type: "button", className: "choice" },
        make("code", { textContent: proposed }),
        make("span", { textContent: `${matches}` }),
      );
      button.addEventListener("click", () => {
        selector = proposed;
        input.value = proposed;
        show();
      });
      return button;
    };
    list.append(...proposals.map(offer));
    input.addEventListener("input", () => {
      selector = input.value.trim();
      show();
    });
    use.addEventListener("click", () => void send(use));
    const again = make("button", { type: "button", textContent: "Pick another" });
    again.addEventListener("click", aim);
    stage.panel.replaceChildren(
      heading(stage, textOf(element) || element.localName, close),
      ...(proposals.length > 1 ? [list] : []),
      input,
      count,
      make("div", { className: "row" }, use, again),
    );
    show();
    use.focus();
  };

  const point = (event: PointerEvent): void => {
    if (chosen || stage.owns(event)) return;
    const element = meantBy(event);
    boxes.replaceChildren();
    if (element) boxAround(element, "box");
  };
  const swallow = (event: Event): void => {
    if (stage.owns(event)) return;
    // Clicks select elements and must not use the page.
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type !== "click" || chosen) return;
    const element = meantBy(event as MouseEvent);
    if (element) choose(element);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    if (chosen) aim();
    else close();
  };

  for (const type of SWALLOWED) addEventListener(type, swallow, true);
  addEventListener("pointermove", point, true);
  addEventListener("scroll", outline, true);
  addEventListener("resize", outline);
  addEventListener("keydown", press, true);
  aim();
}

const SWALLOWED = ["pointerdown", "pointerup", "mousedown", "mouseup", "click", "auxclick", "submit"] as const;
