// app ← features ← shared, never back and never sideways: fails on an import against that direction.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

const source = resolve(import.meta.dirname, "../src");
const RANK = { shared: 0, features: 1, app: 2 };
const IMPORT = /(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

function layerOf(path) {
  const [layer, noun] = relative(source, path).split("/");
  return { layer, noun };
}

function faultOf(file, specifier) {
  const target = specifier.startsWith("@/") ? join(source, specifier.slice(2)) : resolve(dirname(file), specifier);
  const from = layerOf(file);
  const to = layerOf(target);
  if (!(from.layer in RANK) || !(to.layer in RANK)) return null;
  if (RANK[to.layer] > RANK[from.layer]) return `${from.layer} must not import ${to.layer}`;
  if (from.layer === "features" && to.layer === "features" && from.noun !== to.noun) return "a feature must not import a feature";
  return null;
}

const faults = [];
const entries = await readdir(source, { recursive: true });
for (const name of entries.filter((entry) => /\.tsx?$/.test(entry))) {
  const file = join(source, name);
  for (const [, specifier] of (await readFile(file, "utf8")).matchAll(IMPORT)) {
    if (!specifier.startsWith("@/") && !specifier.startsWith(".")) continue;
    const fault = faultOf(file, specifier);
    if (fault) faults.push(`${relative(source, file)}: ${specifier}: ${fault}`);
  }
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exit(1);
}
