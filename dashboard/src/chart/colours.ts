// The tokens' colours for a canvas. A canvas cannot use CSS variables, so this reads them from a probe element.

export interface Colours {
  accent: string;
  fill: string;
  before: string;
  second: string;
  line: string;
  hair: string;
  faint: string;
  band: string;
  mark: string;
  surface: string;
}

const TOKENS = {
  accent: "--accent",
  fill: "--accent-faint",
  before: "--before",
  second: "--second",
  line: "--line",
  hair: "--line-strong",
  faint: "--ink-faint",
  band: "--accent-wash",
  mark: "--worse",
  surface: "--surface",
} as const satisfies Record<keyof Colours, string>;

/** The colours of the current theme. */
export function readColours(): Colours {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = Object.entries(TOKENS).map(([name, token]) => {
    probe.style.color = `var(${token})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours) as Colours;
}

export const readFont = (): string => getComputedStyle(document.body).fontFamily;
