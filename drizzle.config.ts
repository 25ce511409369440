import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: [
    "./workers/storage/properties/tables.ts",
    "./workers/storage/runs/tables.ts",
    "./workers/storage/accounts/tables.ts",
  ],
  out: "./migrations",
});
