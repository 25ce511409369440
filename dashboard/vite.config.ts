// How the dashboard is built. `vite dashboard` also serves it for development, with /api from a local Worker.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

// biome-ignore lint/style/noDefaultExport: vite reads the default export
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [solid()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // light-dark() is left as it stands: every engine since 2024 knows it.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Inlined data would be the only thing that is not a file of this origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // How long the plugins took is of no use to whoever starts TrackKit.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { "/api": { target: `http://127.0.0.1:${process.env.PORT ?? 8787}`, ws: true } } },
});
