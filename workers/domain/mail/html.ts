// The HTML part of a mail. Mail programs support tables, inline styles and little else. Those with a dark mode take its
// colours from the one style sheet, by class. All text is escaped here and nowhere else.
import type { Bar, Block, Figure, Frame, Letter } from "./letter";
import { FOOT } from "./sentences/unsubscribe";

/** The dashboard's colours (dashboard/src/style/tokens.css), light and dark, by the class that turns one into the other. */
const COLOURS = {
  paper: ["background-color", "#f6f5f2", "#111314"],
  surface: ["background-color", "#ffffff", "#191c1d"],
  sunken: ["background-color", "#eeece7", "#0b0d0d"],
  track: ["background-color", "#e1eff2", "#143238"],
  fill: ["background-color", "#0b6478", "#62c6da"],
  ink: ["color", "#1b1a18", "#eceae6"],
  soft: ["color", "#545049", "#b7b4ae"],
  faint: ["color", "#6c675f", "#959690"],
  accent: ["color", "#0b6478", "#62c6da"],
  onaccent: ["color", "#ffffff", "#06242b"],
  better: ["color", "#1b6b3a", "#74cf93"],
  worse: ["color", "#a8321d", "#f39480"],
  bad: ["background-color", "#fdf0ea", "#33201b"],
  warn: ["background-color", "#fbf3df", "#2d2613"],
  good: ["background-color", "#e7f4ea", "#15291c"],
  line: ["border-color", "#e7e4de", "#292d2f"],
} as const;
type Colour = keyof typeof COLOURS;

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const MONO = "ui-monospace,Menlo,Consolas,'Liberation Mono',monospace";

const DARK = Object.entries(COLOURS)
  .map(([name, [property, , dark]]) => `.${name}{${property}:${dark}!important}`)
  .join("");
const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){${DARK}}
@media (max-width:480px){.page{padding:16px 8px!important}.card{padding:24px 18px!important}.big{font-size:20px!important}}`;

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escapeHtml = (text: string): string =>
  text
    .toWellFormed()
    // Control characters are invalid in HTML, and no value has line breaks of its own.
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** The class and style attributes for some colours, and further styles. */
function look(colours: readonly Colour[], style = ""): string {
  const inline = colours.map((name) => `${COLOURS[name][0]}:${COLOURS[name][1]}`).join(";");
  return `class="${colours.join(" ")}" style="${inline}${style === "" ? "" : `;${style}`}"`;
}

/** Only http and https URLs become links; anything else could run a script. */
const toHref = (url: string): string => (/^https?:\/\//.test(url) ? escapeHtml(url) : "#");

const table = (rows: string, style = "", attributes = ""): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" ${attributes} style="border-collapse:collapse;${style}">${rows}</table>`;

const title = (text: string, aside = ""): string =>
  `<h2 ${look(["ink"], "margin:0 0 8px;font-size:15px;line-height:22px;font-weight:600")}>${escapeHtml(text)}${
    aside && ` <span ${look(["faint"], "font-weight:400;font-size:13px")}>${escapeHtml(aside)}</span>`
  }</h2>`;

const NUMBER = "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums";

function toFigure({ label, value, change, better }: Figure, width: number): string {
  const colour = better === null ? "faint" : better ? "better" : "worse";
  return `<td width="${width}%" valign="top" style="padding:0 8px 16px 0">
<div ${look(["faint"], "font-size:13px;line-height:18px")}>${escapeHtml(label)}</div>
<div ${look(["ink"], "font-size:24px;line-height:32px;font-weight:600;letter-spacing:-0.01em").replace('class="', 'class="big ')}>${escapeHtml(value)}</div>
<div ${look([colour], "font-size:13px;line-height:18px")}>${change === null ? "&nbsp;" : escapeHtml(change)}</div></td>`;
}

/** Three figures per row: four would be too narrow for a phone. */
function toFigures(figures: readonly Figure[]): string {
  const rows: string[] = [];
  for (let i = 0; i < figures.length; i += 3) {
    const row = figures.slice(i, i + 3).map((figure) => toFigure(figure, 33));
    while (row.length < 3) row.push('<td width="33%"></td>');
    rows.push(`<tr>${row.join("")}</tr>`);
  }
  return table(rows.join(""));
}

function toBar({ label, value, share }: Bar): string {
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 100);
  // Outlook omits elements without content, hence the no-break space in a line of zero height.
  const part = (width: number, colour: Colour) =>
    width === 0
      ? ""
      : `<td width="${width}%" height="4" ${look([colour], "font-size:0;line-height:0;height:4px")}>&nbsp;</td>`;
  return `<tr><td ${look(["ink"], "padding:6px 12px 4px 0;font-size:14px;line-height:20px;word-break:break-word")}>${escapeHtml(label)}</td>
<td ${look(["ink"], `padding:6px 0 4px;font-size:14px;line-height:20px;${NUMBER}`)}>${escapeHtml(value)}</td></tr>
<tr><td colspan="2" style="padding:0 0 4px">${table(`<tr>${part(percent, "fill")}${part(100 - percent, "track")}</tr>`)}</td></tr>`;
}

/** Columns without a name hold text, which wraps. Numbers do not wrap. */
function toTable(columns: readonly string[], rows: readonly string[][]): string {
  const cell = (text: string, i: number, size: number, colour: Colour) => {
    const side = i === 0 ? "" : columns[i] === "" ? ";text-align:right;word-break:break-word" : `;${NUMBER}`;
    const gap = i === columns.length - 1 ? 0 : 12;
    const style = `padding:6px ${gap}px 6px 0;border-bottom-width:1px;border-bottom-style:solid;font-size:${size}px;line-height:20px${side}`;
    return `<td ${look([colour, "line"], style)}>${escapeHtml(text)}</td>`;
  };
  const row = (cells: readonly string[], size: number, colour: Colour) =>
    `<tr>${cells.map((text, i) => cell(text, i, size, colour)).join("")}</tr>`;
  const head = columns.some((name) => name !== "") ? row(columns, 13, "faint") : "";
  return table(head + rows.map((cells) => row(cells, 14, "ink")).join(""));
}

function toHtml(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `<p ${look(["soft"], "margin:0;font-size:15px;line-height:23px")}>${escapeHtml(block.text)}</p>`;
    case "code":
      return `<div ${look(["sunken", "ink"], `padding:12px 14px;border-radius:8px;font-family:${MONO};font-size:13px;line-height:20px;word-break:break-word`)}>${block.text.split("\n").map(escapeHtml).join("<br>")}</div>`;
    case "notice":
      return `<div ${look([block.tone, "ink"], "padding:12px 14px;border-radius:8px;font-size:15px;line-height:22px")}>${escapeHtml(block.text)}</div>`;
    case "figures":
      return (block.title === null ? "" : title(block.title)) + toFigures(block.figures);
    case "bars":
      return title(block.title, block.of) + table(block.bars.map(toBar).join(""));
    case "table":
      return title(block.title) + toTable(block.columns, block.rows);
    case "link":
      return `<a href="${toHref(block.url)}" ${look(["fill", "onaccent"], "display:inline-block;padding:10px 18px;border-radius:8px;font-size:15px;line-height:22px;font-weight:600;text-decoration:none")}>${escapeHtml(block.label)}</a>`;
  }
}

function toFoot(reason: string, { url, optout_url }: Frame): string {
  const link = (href: string, label: string) =>
    `<a href="${toHref(href)}" ${look(["faint"], "text-decoration:underline")}>${label}</a>`;
  const links = [
    ...(url === null ? [] : [link(`${url}/settings/reports`, FOOT.settings)]),
    ...(optout_url === null ? [] : [link(optout_url, FOOT.unsubscribe)]),
  ];
  return `<p ${look(["faint"], "margin:0;padding:20px 8px 0;font-size:13px;line-height:20px")}>${escapeHtml(reason)}${links.length === 0 ? "" : `<br>${links.join(" &middot; ")}`}</p>`;
}

export function toMailHtml({ subject, preview, heading, blocks, reason }: Letter, frame: Frame): string {
  const body = blocks.map((block) => `<div style="padding:24px 0 0">${toHtml(block)}</div>`).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title><style>${STYLE}</style></head>
<body ${look(["paper"], `margin:0;padding:0;font-family:${FONT}`)}>
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(preview)}</div>
${table(
  `<tr><td align="center" class="page" style="padding:32px 16px">
<!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->
<div style="max-width:600px;margin:0 auto;text-align:left">
<div ${look(["surface", "line"], "padding:32px;border-width:1px;border-style:solid;border-radius:12px").replace('class="', 'class="card ')}>
<div ${look(["accent"], "font-size:13px;line-height:18px;font-weight:600")}>${escapeHtml(frame.property)}</div>
<h1 ${look(["ink"], "margin:4px 0 0;font-size:22px;line-height:30px;font-weight:600;letter-spacing:-0.01em")}>${escapeHtml(heading)}</h1>
${body}
</div>
${toFoot(reason, frame)}
</div>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>`,
  "",
  look(["paper"]).replace(/ style=.*/, ""),
)}
</body></html>
`;
}
