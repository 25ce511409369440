// The badge: how many visitors are on a site now, as a picture that any page can embed.

/** `auto` follows the viewer's system. */
export type BadgeTheme = "auto" | "light" | "dark";
export const isBadgeTheme = (text: string): text is BadgeTheme => ["auto", "light", "dark"].includes(text);

const LIGHT = "rect{fill:#fff;stroke:#d4d4d8}text{fill:#18181b}circle{fill:#16a34a}";
const DARK = "rect{fill:#18181b;stroke:#3f3f46}text{fill:#fafafa}circle{fill:#4ade80}";
const STYLES: Record<BadgeTheme, string> = {
  auto: `${LIGHT}@media(prefers-color-scheme:dark){${DARK}}`,
  light: LIGHT,
  dark: DARK,
};
/** Width of a letter of the system's 13 px font, rounded up: nothing may be cut off where another font is in use. */
const LETTER = 7.2;

/** SVG without anything from elsewhere: no font, no script, no link. */
export function toBadge(visitors: number, theme: BadgeTheme): string {
  const text = `${visitors.toLocaleString("en")} ${visitors === 1 ? "visitor" : "visitors"} now`;
  const width = Math.ceil(text.length * LETTER) + 38;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="28" viewBox="0 0 ${width} 28" role="img" aria-label="${text}">
<title>${text}</title><style>${STYLES[theme]}</style>
<rect x=".5" y=".5" width="${width - 1}" height="27" rx="13.5"/><circle cx="16" cy="14" r="4"/>
<text x="28" y="18.5" font-family="system-ui,sans-serif" font-size="13" font-weight="600">${text}</text>
</svg>
`;
}
