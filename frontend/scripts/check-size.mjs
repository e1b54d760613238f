// Compares the built files with the budget. Entry = what index.html loads before anything is shown.
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_KB = { "entry script": 200, "entry style": 40, "largest lazy script": 160, "all scripts": 700 };
const dist = resolve(import.meta.dirname, "../dist");
const html = await readFile(join(dist, "index.html"), "utf8");
const zipped = async (path) => gzipSync(await readFile(join(dist, path))).length / 1000;
const sum = async (paths) => (await Promise.all(paths.map(zipped))).reduce((a, b) => a + b, 0);

const entry = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const assets = (await readdir(join(dist, "assets"))).map((name) => `assets/${name}`);
const lazy = assets.filter((path) => path.endsWith(".js") && !entry.includes(path));
const measured = {
  "entry script": await sum(entry.filter((path) => path.endsWith(".js"))),
  "entry style": await sum(entry.filter((path) => path.endsWith(".css"))),
  "largest lazy script": Math.max(0, ...(await Promise.all(lazy.map(zipped)))),
  "all scripts": await sum(assets.filter((path) => path.endsWith(".js"))),
};

let fits = true;
for (const [what, budget] of Object.entries(BUDGET_KB)) {
  const size = measured[what];
  fits &&= size <= budget;
  process.stdout.write(`${size <= budget ? "ok  " : "OVER"} ${what}: ${size.toFixed(1)} of ${budget} kB gzip\n`);
}
process.exit(fits ? 0 : 1);
