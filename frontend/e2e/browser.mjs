// The browser of the journeys: one context per person, each watched for errors and for what the content security policy refuses.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // for a system behind a name or a certificate that this machine does not know
  ...JSON.parse(process.env.CHROMIUM_ARGUMENTS ?? "[]"),
];
const PATIENCE = 30_000;
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const baseURL = required("BASE_URL");
const logins = JSON.parse(await readFile(required("LOGINS"), "utf8"));

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}: the address of a running instance (BASE_URL) and its .data/demo-logins.json (LOGINS)`);
  return value;
}

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });
}

export function loginOf(email) {
  const login = logins.find((one) => one.email === email);
  if (!login) throw new Error(`${email} is not among the demo logins`);
  return login;
}

/** A person at his own browser. `faults` collects what must not happen. */
export async function openFor(browser, options = {}) {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} ${response.request().method()} ${response.url()}`);
  });
  return { context, page, faults };
}

export async function logIn(page, email) {
  const { password } = loginOf(email);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: /: menu$/ }).waitFor();
}

/** What axe finds on the page as it stands: nothing, or a list with the places. A <style> element counts too: a strict style-src refuses it. */
export async function axe(page) {
  // Half-faded things have no true colours.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations);
  const styles = await page.evaluate(() =>
    [...document.querySelectorAll("style")].map((style) => `style element: ${style.textContent.slice(0, 80)}`),
  );
  return [
    ...styles,
    ...violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary.split("\n").slice(1, 2)})`).join("; ")}`,
    ),
  ];
}

/** How many pixels the page is wider than the window. */
export function overflow(page) {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
}
