// The text part of a mail.
import type { Block, Frame, Letter } from "./letter";
import { FOOT } from "./sentences/unsubscribe";

/** Values from outside stay on one line, so that they cannot imitate a part of the mail. */
const line = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();

const WIDTH = 72;

/** Wraps between words. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of line(text).split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** Aligns columns: the first to the left, the others to the right. */
function align(rows: readonly string[][]): string {
  const clean = rows.map((row) => row.map(line));
  const widths = (clean[0] ?? []).map((_, i) => Math.max(...clean.map((row) => (row[i] ?? "").length)));
  return clean
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(Math.min(widths[0] ?? 0, 48)) : cell.padStart(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const titled = (title: string, text: string): string => `${line(title).toUpperCase()}\n${text}`;

function toText(block: Block): string {
  switch (block.kind) {
    case "paragraph":
    case "notice":
      return wrap(block.text);
    case "code":
      return block.text
        .split("\n")
        .map((text) => `  ${line(text)}`)
        .join("\n");
    case "figures": {
      const rows = block.figures.map(({ label, value, change }) => [label, value, change ?? ""]);
      return block.title === null ? align(rows) : titled(block.title, align(rows));
    }
    case "bars":
      return titled(`${block.title} (${block.of})`, align(block.bars.map(({ label, value }) => [label, value])));
    case "table":
      return titled(
        block.title,
        align([...(block.columns.some((name) => name !== "") ? [block.columns] : []), ...block.rows]),
      );
    case "link":
      return `${line(block.label)}:\n${line(block.url)}`;
  }
}

export function toMailText({ heading, blocks, reason }: Letter, { property, url, optout_url }: Frame): string {
  const foot = [
    wrap(reason),
    ...(url === null ? [] : [`${FOOT.settings}:\n${line(url)}/settings/reports`]),
    ...(optout_url === null ? [] : [`${FOOT.unsubscribe}:\n${line(optout_url)}`]),
  ];
  const parts = [`${line(heading)}\n${line(property)}`, ...blocks.map(toText), `-- \n${foot.join("\n\n")}`];
  return `${parts.join("\n\n")}\n`;
}
