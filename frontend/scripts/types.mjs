// Writes src/shared/api/<service>.gen.ts from each service's openapi.yaml; with --check it only compares.
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const SERVICES = ["auth", "ticket_service", "workflow_api", "messaging", "notification_service"];
const root = resolve(process.env.OPENAPI_ROOT ?? resolve(import.meta.dirname, "../.."));
const check = process.argv.includes("--check");
const stale = [];

for (const service of SERVICES) {
  const source = resolve(root, service, "openapi.yaml");
  const target = resolve(import.meta.dirname, `../src/shared/api/${service.replaceAll("_", "-")}.gen.ts`);
  const types = `// Generated from ${service}/openapi.yaml by \`npm run types\`; do not edit.\n\n${astToString(await openapiTS(pathToFileURL(source), { defaultNonNullable: false }))}`;
  if (!check) await writeFile(target, types);
  else if (types !== (await readFile(target, "utf8").catch(() => ""))) stale.push(target);
}

if (stale.length > 0) {
  process.stderr.write(`Stale types, run \`npm run types\` and commit:\n  ${stale.join("\n  ")}\n`);
  process.exit(1);
}
