// A ticket's way through three browsers: filed, approved live, worked to the end, resolved live; then each page for axe and for phones.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { test } from "node:test";
import { axe, launch, logIn, openFor, overflow } from "./browser.mjs";

const subject = `The projector of room ${Date.now().toString(36)} stays dark`;
const MOST_STEPS = 8;
const AGENTS = ["agent@demo.tts", "agent2@demo.tts"];

const pictures = new URL("artifacts/", import.meta.url);

let browser;
let employee;
let coordinator;
let agent;
let number;

function thread(page) {
  return page.getByRole("region", { name: "Conversation" });
}

async function say(page, text) {
  await page.getByRole("textbox", { name: "Reply" }).fill(text);
  await page.keyboard.press("Control+Enter");
  await thread(page).getByText(text).waitFor();
}

async function unread(page) {
  const label = await page
    .getByRole("button", { name: /^Notifications/ })
    .getByText(/^Notifications/)
    .textContent();
  return Number(/(\d+) unread/.exec(label)?.[1] ?? 0);
}

/** The agent whom the step was given to, at his own browser. */
async function agentWith(page, taken) {
  const name = await page
    .getByRole("complementary", { name: "About the ticket" })
    .locator("dt", { hasText: /^With$/ })
    .locator("+ dd")
    .innerText();
  const found = taken.find((one) => name.includes(one.name));
  assert.ok(found, `${name} is neither of the agents`);
  return found;
}

async function openAgent(email) {
  const opened = await openFor(browser);
  await opened.page.goto("/tasks");
  await logIn(opened.page, email);
  const name = (
    await opened.page
      .getByRole("button", { name: /: menu$/ })
      .getByText(/: menu$/)
      .textContent()
  ).replace(/: menu$/, "");
  return { ...opened, name };
}

/** Whoever finds the next step in his list, which fills by itself, opens it; null when there is none any more. */
async function workerNow(agents) {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if ((await employee.page.locator("[data-status=resolved]").count()) > 0) return null;
    for (const one of agents) {
      const row = one.page.getByRole("list", { name: "Tasks" }).getByRole("link", { name: new RegExp(subject) });
      if ((await row.count()) === 0) continue;
      await row.first().click();
      return one;
    }
    await employee.page.waitForTimeout(250);
  }
  throw new Error("Nobody was given the next step");
}

async function backToTasks(page) {
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.getByRole("heading", { name: "Tasks" }).waitFor();
}

async function actOn(page) {
  const panel = page.getByRole("region", { name: /^Your step/ });
  const step = await panel.getAttribute("aria-label");
  await panel.getByLabel(/^Note/).fill("Changed the lamp, tried it for ten minutes.");
  await panel
    .getByRole("button", { name: /^(?!More)/ })
    .first()
    .click();
  await page.getByRole("region", { name: step, exact: true }).waitFor({ state: "hidden" });
  await backToTasks(page);
}

/** Each step needs the one before it: the first that fails ends the journey, with a picture of every page. */
function stepsOf(context) {
  return async (name, run) => {
    let failure;
    await context.test(name, async () => {
      await run().catch((error) => {
        failure = error;
        throw error;
      });
    });
    if (failure) throw failure;
  };
}

async function takePictures() {
  await mkdir(pictures, { recursive: true });
  const pages = browser.contexts().flatMap((context) => context.pages());
  await Promise.all(pages.map((page, index) => page.screenshot({ path: new URL(`${index}.png`, pictures).pathname }).catch(() => undefined)));
}

test("a ticket's way", async (context) => {
  browser = await launch();
  [employee, coordinator] = await Promise.all([openFor(browser), openFor(browser)]);
  try {
    await journey(stepsOf(context));
  } catch (error) {
    await takePictures();
    throw error;
  } finally {
    await browser.close();
  }
});

async function journey(step) {
  await step("a page that needs a login leads back to itself afterwards", async () => {
    await employee.page.goto("/tickets?tab=closed");
    await employee.page.waitForURL(/\/login\?next=/);
    await employee.page.getByRole("button", { name: "Log in" }).waitFor();
    assert.deepEqual(await axe(employee.page), []);
    await logIn(employee.page, "employee@demo.tts");
    await employee.page.waitForURL(/\/tickets\?tab=closed$/);
  });

  await step("the employee files a ticket with a file", async () => {
    const { page } = employee;
    await page.keyboard.press("c");
    await page.getByRole("button", { name: /IT Support/ }).click();
    await page.getByLabel("Topic").selectOption({ label: "Hardware Troubleshooting" });
    await page.getByLabel("Subject").fill(subject);
    await page.getByLabel("Description").fill("It hums, but the picture stays **dark**.");
    await page.getByRole("combobox", { name: /^Device type/ }).selectOption({ label: "Other…" });
    await page.getByLabel("Device type: other").fill("Beamer");
    await page.locator("input[type=file]").setInputFiles({ name: "what-i-see.txt", mimeType: "text/plain", buffer: Buffer.from("nothing\n") });
    await page.getByRole("button", { name: "Remove what-i-see.txt" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "File the ticket" }).click();
    await page.waitForURL(/\/tickets\/TTS-/);
    number = new URL(page.url()).pathname.split("/").at(-1);
    await page.getByText("Pending approval").waitFor();
    await page.getByRole("link", { name: /what-i-see\.txt/ }).waitFor();
    await page.getByText("Beamer").waitFor();
  });

  await step("the coordinator sees it appear in the queue and approves it; the employee sees that live", async () => {
    const { page } = coordinator;
    await page.goto("/queue");
    await logIn(page, "coordinator@demo.tts");
    await page.getByRole("link", { name: new RegExp(subject) }).click();
    await page.getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("radio", { name: "High" }).click();
    await dialog.getByLabel("Department").selectOption({ label: "IT" });
    assert.deepEqual(await axe(page), []);
    await dialog.getByRole("button", { name: "Approve" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("link", { name: new RegExp(subject) }).waitFor({ state: "detached" });
    await employee.page.getByRole("banner").getByText("Open", { exact: true }).or(employee.page.locator("[data-status=open]")).first().waitFor();
  });

  await step("a ticket filed while the queue is open appears by itself", async () => {
    const second = `${subject}, and the screen is torn`;
    const csrf = (await employee.context.cookies()).find(({ name }) => name.endsWith("tts_csrf")).value;
    const filed = await employee.page.request.post("/api/v1/tickets/", {
      headers: { "X-CSRF-Token": csrf },
      data: { category: "others", subject: second, description: "From top to bottom." },
    });
    assert.equal(filed.status(), 201);
    await coordinator.page.getByRole("link", { name: new RegExp(second) }).click();
    await coordinator.page.getByRole("button", { name: "Reject" }).click();
    await coordinator.page.getByLabel(/Why/).fill("One ticket is enough.");
    await coordinator.page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
    await coordinator.page.getByRole("link", { name: new RegExp(second) }).waitFor({ state: "detached" });
  });

  await step("the agent who was given it opens it, talks with the employee both ways, live, and works it to the end", async () => {
    const agents = await Promise.all(AGENTS.map(openAgent));
    await employee.page.locator("dt", { hasText: /^With$/ }).waitFor();
    agent = await agentWith(employee.page, agents);
    await agent.page.getByRole("link", { name: new RegExp(subject) }).click();
    await employee.page.locator("[data-status=in_progress]").waitFor();

    await say(agent.page, "Is the lamp warm?");
    await thread(employee.page).getByText("Is the lamp warm?").waitFor();
    await say(employee.page, "No, it is cold.");
    await thread(agent.page).getByText("No, it is cold.").waitFor();
    await agent.page.getByText("Internal note", { exact: true }).first().click();
    await agent.page.getByRole("textbox", { name: "Internal note" }).fill("The lamps of this series fail early.");
    await agent.page.getByRole("button", { name: "Add note" }).click();
    await thread(agent.page).getByText("The lamps of this series fail early.").waitFor();
    await agent.page.getByText("Reply", { exact: true }).first().click();
    assert.equal(await thread(employee.page).getByText("The lamps of this series").count(), 0);
    assert.deepEqual(await axe(agent.page), []);

    await backToTasks(agent.page);
    for (let acts = 0; acts < MOST_STEPS; acts += 1) {
      const worker = await workerNow(agents);
      if (worker === null) break;
      await actOn(worker.page);
    }
    await employee.page.locator("[data-status=resolved]").waitFor();
  });

  await step("the drawing shows the way that was taken, and the history tells it", async () => {
    const { page } = employee;
    await page.getByRole("tab", { name: "Progress" }).click();
    await page.locator("[data-node][data-state=done]").last().waitFor();
    assert.equal(await page.locator("[data-node][data-state=active]").count(), 0);
    await page.getByText("List", { exact: true }).click();
    await page.getByRole("list", { name: "Steps" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByText("approved it").waitFor();
    await page.getByText("resolved it").waitFor();
  });

  await step("the bell counts, leads to the ticket and can be emptied", async () => {
    const { page } = employee;
    assert.ok((await unread(page)) > 0);
    await page.getByRole("button", { name: /^Notifications/ }).click();
    await page
      .getByRole("link", { name: new RegExp(number) })
      .first()
      .waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "Mark all as read" }).click();
    await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
    await page
      .getByRole("link", { name: new RegExp(number) })
      .first()
      .click();
    await page.waitForURL(new RegExp(`/tickets/${number}$`));
  });

  await step("the employee closes the ticket", async () => {
    const { page } = employee;
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByLabel("Comment").fill("Bright as day.");
    await page.getByRole("button", { name: "Close the ticket" }).click();
    await page.locator("[data-status=closed]").first().waitFor();
  });

  await step("no page has a fault that axe can find, in light and in dark, and none is wider than a phone", async () => {
    const pages = [
      [employee, ["/tickets", "/tickets?tab=all", "/tickets/new", `/tickets/${number}`, "/no-such-page"]],
      [coordinator, ["/queue", `/tickets/${number}`]],
      [agent, ["/tasks", "/tasks?status=done"]],
    ];
    for (const [person, paths] of pages) {
      for (const path of paths) {
        for (const [colorScheme, width] of [
          ["light", 1280],
          ["dark", 360],
        ]) {
          await person.page.emulateMedia({ colorScheme });
          await person.page.setViewportSize({ width, height: 800 });
          await person.page.goto(path);
          await person.page.getByRole("heading", { level: 1 }).waitFor();
          await person.page.waitForLoadState("networkidle");
          assert.deepEqual(await axe(person.page), [], `${path} ${colorScheme} ${width}`);
          assert.equal(await overflow(person.page), 0, `${path} at ${width} px`);
        }
      }
    }
  });

  await step("who may enter the administration is led to all five", async () => {
    const admin = await openFor(browser);
    await admin.page.goto("/admin/");
    await logIn(admin.page, "root@demo.tts");
    for (const name of ["auth", "tickets", "workflows", "messaging", "notifications"]) {
      await admin.page.locator(`a[href="/admin/${name}/"]`).waitFor();
    }
    assert.deepEqual(await axe(admin.page), []);
    for (const name of ["auth", "tickets", "workflows", "messaging", "notifications"]) {
      await admin.page.goto("/admin/");
      await admin.page.locator(`a[href="/admin/${name}/"]`).click();
      await admin.page.getByText("Site administration").first().waitFor();
    }
  });

  await step("logging out ends the session", async () => {
    const { page } = employee;
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto("/tickets");
    await page.getByRole("button", { name: /: menu$/ }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    await page.waitForURL(/\/login/);
    assert.equal((await page.request.get("/api/v1/auth/me/")).status(), 401);
  });

  await step("nothing broke on the way", async () => {
    assert.deepEqual([...employee.faults, ...coordinator.faults, ...agent.faults], []);
  });
}
