import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: [
    "./workers/storage/tables.ts",
    "./workers/storage/pipeline-tables.ts",
    "./workers/storage/account-tables.ts",
  ],
  out: "./migrations",
});
