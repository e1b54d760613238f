// The page says all it knows without this. With it: times in the reader's own zone, news each minute while somebody looks, and a
// warning when nobody has looked at the system for a while, for a file on a server cannot know that it is old.
const STALE_SECONDS = 300;
const RENEW_SECONDS = 60;
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const root = document.documentElement;

function localise() {
  for (const element of document.querySelectorAll("time[datetime]")) {
    element.title = element.textContent;
    element.textContent = (element.className === "date" ? day : moment).format(new Date(element.dateTime));
  }
}

function judge() {
  root.classList.toggle("is-stale", (Date.now() - new Date(root.dataset.checked)) / 1000 > STALE_SECONDS);
}

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch("./", { cache: "no-cache" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.documentElement.dataset.checked || fresh.documentElement.dataset.checked === root.dataset.checked) return;
    root.dataset.checked = fresh.documentElement.dataset.checked;
    document.title = fresh.title;
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    document.querySelector("footer").replaceWith(fresh.querySelector("footer"));
    localise();
  } catch {
    // Out of reach for the moment: the next minute tries again, and the warning comes by itself.
  }
}

localise();
judge();
setInterval(judge, 10_000);
setInterval(() => renew().then(judge), RENEW_SECONDS * 1000);
