import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const source = resolve(import.meta.dirname, "..");
const sheets = resolve(import.meta.dirname, "../../node_modules/@mantine/core/styles");

function usedComponents(): Set<string> {
  const used = new Set<string>();
  for (const name of readdirSync(source, { recursive: true, encoding: "utf8" }).filter((entry) => entry.endsWith(".tsx"))) {
    for (const [, names = ""] of readFileSync(join(source, name), "utf8").matchAll(/import \{([^}]+)\} from "@mantine\/core"/g)) {
      for (const component of names.split(",")) used.add(component.trim());
    }
  }
  return used;
}

test("every Mantine component that is used has its style sheet loaded", () => {
  const loaded = readFileSync(resolve(import.meta.dirname, "mantine-styles.ts"), "utf8");
  const missing = [...usedComponents()].filter((name) => existsSync(join(sheets, `${name}.css`)) && !loaded.includes(`/${name}.css"`));
  expect(missing).toEqual([]);
});
