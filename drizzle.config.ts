import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./workers/storage/*/tables.ts",
  out: "./migrations",
});
