// A QR code as an SVG of our own. Loaded when an authenticator is set up.
import type { JSX } from "solid-js";
import { encode } from "uqr";

/** Width of the quiet zone, in modules (ISO/IEC 18004). */
const BORDER = 4;

/** One stroke per run of dark modules. */
function toPath(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  for (const [y, row] of rows.entries())
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      path += `M${start},${y}h${x + 1 - start}v1H${start}z`;
    }
  return path;
}

/** Black on white in both themes: some cameras read no inverted codes. */
export function QrCode(props: { text: string; label: string }): JSX.Element {
  const code = () => encode(props.text, { ecc: "M", border: BORDER });
  return (
    <svg
      role="img"
      aria-label={props.label}
      viewBox={`0 0 ${code().size} ${code().size}`}
      width="200"
      height="200"
      shape-rendering="crispEdges"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={toPath(code().data)} fill="#000" />
    </svg>
  );
}
