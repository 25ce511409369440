// What is installed is what was reviewed, on every platform, and what ships may ship.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { toText, workerLicenses } from "../../scripts/notices.ts";

interface Locked {
  integrity?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
  license?: string;
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path, { link }]) => path !== "" && !link);

it("every package of the lock file has a hash, also those of other platforms", () => {
  expect(installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? "")).map(([path]) => path)).toEqual([]);
});

it("no package comes from anywhere but the registry", () => {
  const foreign = installed.filter(
    ([, { resolved }]) => resolved && !resolved.startsWith("https://registry.npmjs.org/"),
  );
  expect(foreign.map(([path]) => path)).toEqual([]);
});

it("what the Worker includes has a permissive licence, and its text is among the notices", () => {
  const notices = workerLicenses();
  expect(notices.length).toBeGreaterThan(10);
  const text = toText(notices);
  for (const { name, version, identifier } of notices) {
    expect(identifier).toMatch(/^(MIT|Apache-2\.0|ISC|BSD-[23]-Clause|Unlicense|0BSD)$/);
    expect(text).toContain(`${name} ${version} (${identifier})`);
  }
});

it("a package without a licence cannot ship", () => {
  expect(() => toText([{ name: "odd", version: "1.0.0", identifier: "", text: "" }])).toThrow("names no licence");
});
