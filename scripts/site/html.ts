// Markup that all pages of the demo's websites share.

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);

const SKIES = ["#cfe3dd", "#f3dcc3", "#d7dcec", "#e9d9d4", "#dfe6c9"];
const HILLS = ["#1f6f5c", "#b4633a", "#4c5d8a", "#86524a", "#6d7a3a"];

const drawing = (seed: number): string => {
  const [sky, hill] = [SKIES[seed % SKIES.length], HILLS[seed % HILLS.length]];
  const low = 170 + ((seed * 37) % 60);
  return `<rect width="800" height="400" fill="${sky}"/><circle cx="${120 + ((seed * 173) % 560)}" cy="110" r="46" fill="#fff" opacity=".7"/>
<path d="M0 ${low} Q200 ${low - 90} 400 ${low} T800 ${low} V400 H0Z" fill="${hill}" opacity=".45"/>
<path d="M0 ${low + 90} Q240 ${low} 480 ${low + 80} T800 ${low + 60} V400 H0Z" fill="${hill}" opacity=".85"/>`;
};

/** A landscape, the same for a seed. Drawn into the page, so that no picture has to be fetched. */
export const toPicture = (label: string, seed: number, name: string): string =>
  `<svg class="${name}" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 800 400" preserveAspectRatio="xMidYMid slice">${drawing(seed)}</svg>`;

export const BADGE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="48" fill="#1f6f5c"/>
<text x="50" y="46" fill="#fff" font-family="sans-serif" font-size="15" text-anchor="middle">30 000</text>
<text x="50" y="66" fill="#fff" font-family="sans-serif" font-size="12" text-anchor="middle">km tested</text></svg>`;
