// The owner's desk. All that readers typed becomes text, never markup: this script knows no way to make any.

/** @type {(id: string) => any} */
const at = (id) => document.getElementById(id);

/**
 * An element with attributes, and in it texts and other elements.
 *
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} content
 */
const element = (name, attributes = {}, ...content) => filled(document.createElement(name), attributes, content);

/** The same of a drawing. @type {(name: string, attributes?: Record<string, string | number>, ...content: (Node | string)[]) => Element} */
const drawn = (name, attributes = {}, ...content) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, content);

/** @type {<T extends Element>(made: T, attributes: Record<string, string | number>, content: (Node | string)[]) => T} */
function filled(made, attributes, content) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...content);
  return made;
}

const number = new Intl.NumberFormat("en");
const share = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
/** In whatever currency the owner's prices are. */
const price = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const AWAY = "The desk cannot be reached right now. Please try again.";
const NO_OWNER = "The desk is for owners of this site: with a verified address that is among OWNERS.";

const ENDED = "You are no longer signed in as an owner of this site.";
const NO_AUTHENTICATOR =
  "This account has a second factor that this page does not know. Sign in where the account was made, and open this page again.";

/** @type {(count: number, one: string) => string} */
const counted = (count, one) => `${number.format(count)} ${one}${count === 1 ? "" : "s"}`;

/** What somebody typed, without signs that turn around what stands beside it. @param {string} text */
const plain = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

/** What went wrong, in a sentence for people. */
class Refused extends Error {
  /** @param {number} status @param {string} said */
  constructor(status, said) {
    super(said);
    this.status = status;
  }
}

/** @type {(path: string, sent?: object) => Promise<any>} */
async function ask(path, sent) {
  const how = sent ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(sent) } : {};
  const answer = await fetch(path, how).catch(() => {
    throw new Refused(0, AWAY);
  });
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, said?.message || AWAY);
  return said;
}

/** Do it, and say what went wrong. @type {(work: () => Promise<void>) => Promise<void>} */
async function telling(work) {
  at("notice").textContent = at("said").textContent = "";
  at("again").hidden = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    at("notice").textContent = error.status === 404 ? NO_OWNER : error.message;
    at("again").hidden = PARTS.some((each) => !at(each).hidden);
  }
}

const PARTS = ["sign-in", "second-factor", "desk"];

/** @param {"sign-in" | "second-factor" | "desk"} part */
function show(part) {
  const focused = document.activeElement;
  at("unconfirmed").hidden = true;
  for (const each of PARTS) at(each).hidden = each !== part;
  at("sign-out").hidden = part !== "desk";
  if (part !== "desk") for (const each of ["figures", "plot", "questions", "told", "passages"]) at(each).replaceChildren();
  const lost = focused instanceof HTMLElement && focused !== document.body && focused.offsetParent === null;
  if (lost) at(part).querySelector("input, select").focus();
}

/** The desk, or what leads to it. @param {boolean} signedIn @param {() => Promise<void>} work What is looked at. */
async function open(signedIn, work = look) {
  const ended = !at("desk").hidden;
  try {
    await work();
    show("desk");
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    show("sign-in");
    if (ended) throw new Refused(401, ENDED);
    if (!signedIn) return;
    await offerConfirmation();
    throw error;
  }
}

/** Whose address nobody confirmed may be an owner all the same. */
async function offerConfirmation() {
  const { user } = (await ask("/api/auth/get-session")) ?? {};
  at("unconfirmed").hidden = user?.emailVerified !== false;
  at("confirm").value = user?.email ?? "";
}

at("confirm").addEventListener("click", () =>
  telling(async () => {
    await ask("/api/auth/send-verification-email", { email: at("confirm").value, callbackURL: "/owner" });
    at("unconfirmed").hidden = true;
    at("said").textContent = "The link is on its way; it leads back here.";
  }),
);

at("sign-in").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(at("sign-in")));
  telling(async () => {
    const said = await ask("/api/auth/sign-in/email", { email, password });
    at("sign-in").reset();
    if (said.twoFactorRedirect) secondFactor(said.twoFactorMethods ?? []);
    else await open(true);
  });
});

/** @param {string[]} methods That the account has. */
function secondFactor(methods) {
  if (!methods.includes("totp")) throw new Refused(403, NO_AUTHENTICATOR);
  show("second-factor");
}

at("second-factor").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const code = String(new FormData(at("second-factor")).get("code")).trim();
  telling(async () => {
    const way = /^[\d\s]+$/.test(code) ? "verify-totp" : "verify-backup-code";
    await ask(`/api/auth/two-factor/${way}`, { code: way === "verify-totp" ? code.replace(/\s/g, "") : code });
    at("second-factor").reset();
    await open(true);
  });
});

at("sign-out").addEventListener("click", () =>
  telling(async () => {
    await ask("/api/auth/sign-out", {});
    show("sign-in");
  }),
);

at("filters").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  telling(() => open(false));
});
at("filters").addEventListener("change", () => at("filters").reportValidity() && telling(() => open(false)));
at("more").addEventListener("click", () => telling(() => open(false, () => questions(at("more").dataset.cursor))));
at("again").addEventListener("click", () => telling(() => open(false)));

function chosen() {
  const given = [...new FormData(at("filters"))].map(([name, value]) => [name, String(value).trim()]);
  return new URLSearchParams(given.filter(([, value]) => value));
}

/** Of several looks the last one counts. */
let looks = 0;

async function look() {
  const mine = ++looks;
  const usage = await ask(`/api/owner/usage?days=${chosen().get("days")}`);
  if (mine !== looks) return;
  figures(usage);
  await questions();
  await passages();
}

/** @param {string} [cursor] Of the part that was shown last. */
async function questions(cursor) {
  const mine = looks;
  const query = chosen();
  if (cursor) query.set("cursor", cursor);
  const found = await ask(`/api/owner/questions?${query}`);
  if (mine !== looks) return;
  if (!cursor) at("questions").replaceChildren();
  at("questions").append(...found.questions.map(question));
  at("more").hidden = !found.nextCursor;
  at("more").dataset.cursor = found.nextCursor ?? "";
  const least = found.fewestReaders > 1 ? ` What fewer than ${found.fewestReaders} readers asked is not shown.` : "";
  at("told").textContent = (at("questions").children.length ? "" : "There are none.") + least;
  query.delete("cursor");
  query.set("format", "csv");
  at("csv").href = `/api/owner/questions?${query}`;
}

/** @param {any} found */
function question(found) {
  const text = plain(found.question ?? found.page);
  const asked = `Asked ${counted(found.count, "time")} by ${counted(found.readers, "reader")} or more`;
  const not = `${number.format(found.refused)} not answered, ${number.format(found.ratedDown)} rated down`;
  const where = found.page && found.question !== null ? [", on ", element("bdi", {}, plain(found.page))] : [];
  const copy = element("button", { type: "button" }, "Copy a stub");
  const item = element(
    "li",
    {},
    element("p", { class: "question", dir: "auto" }, text),
    element("p", { class: "of" }, `${asked}; ${not}; last on ${moment.format(new Date(found.lastAt))}`, ...where),
    ...found.reasons.map((/** @type {string} */ each) => element("blockquote", { dir: "auto" }, plain(each))),
  );
  copy.setAttribute("aria-label", `Copy a stub for: ${text}`);
  copy.addEventListener("click", () => copied(stub(found), item));
  if (found.question !== null) item.append(copy);
  return item;
}

/** A missing section, in Markdown: nothing in the question is a mark there. @param {any} found */
function stub(found) {
  const title = plain(found.question).replace(/\s+/g, " ").trim().replace(/[\\`*_{}[\]<>#|!~&$=+@:-]/g, "\\$&");
  const day = found.lastAt.slice(0, 10);
  return `## ${title}\n\nTo be written: asked ${counted(found.count, "time")} until ${day}; the book has no answer yet.\n`;
}

/** @param {string} text @param {Element} item Where it is shown if it cannot be copied. */
async function copied(text, item) {
  at("said").textContent = "";
  try {
    await navigator.clipboard.writeText(text);
    at("said").textContent = "The stub is in the clipboard.";
  } catch {
    item.querySelector("textarea")?.remove();
    const shown = element("textarea", { readonly: "", rows: 4, "aria-label": "The stub" });
    shown.textContent = text;
    item.append(shown);
    /** @type {HTMLTextAreaElement} */ (shown).select();
  }
}

/** @param {any} usage */
function figures(usage) {
  const { questions: all, readers, refusedShare, tokens } = usage.total;
  const told = { Questions: number.format(all), Readers: number.format(readers), "Not answered": share.format(refusedShare) };
  if (usage.total.cost !== null) Object.assign(told, { "Cost of the model": price.format(usage.total.cost) });
  else if (usage.total.tokensRead !== null)
    Object.assign(told, Object.fromEntries(SPENT.map(([name, key]) => [name, number.format(usage.total[key])])));
  else if (tokens) Object.assign(told, { "Tokens of the model": number.format(tokens) });
  at("figures").replaceChildren(
    ...Object.entries(told).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
  const modes = Object.keys(usage.total.modes).sort();
  at("plot").replaceChildren(...(usage.days.length ? [plot(usage.days, modes), legend(modes)] : ["Nothing was asked."]));
  at("by-day").hidden = !usage.days.length;
  at("by-day").querySelector(".wide")?.remove();
  at("by-day").append(element("div", { class: "wide", tabindex: 0, role: "group", "aria-label": "Table" }, table(usage.days, modes)));
}

const DAY = 86_400_000;

/** A bar for each day, a piece for each mode. @param {any[]} days @param {string[]} modes */
function plot(days, modes) {
  const first = Date.parse(days[0].day);
  const count = Math.round((Date.parse(days[days.length - 1].day) - first) / DAY) + 1;
  const most = Math.max(1, ...days.map((each) => each.questions));
  const label = `Questions of each day from ${days[0].day} on, ${most} at most, by how they were answered`;
  const svg = drawn("svg", { viewBox: `0 0 ${count} 100`, preserveAspectRatio: "none", role: "img", "aria-label": label });
  for (const each of days) {
    const x = Math.round((Date.parse(each.day) - first) / DAY) + 0.1;
    let y = 100;
    for (const mode of modes.filter((one) => each.modes[one])) {
      const height = (100 * each.modes[mode]) / most;
      y -= height;
      const name = drawn("title", {}, `${each.day}: ${each.modes[mode]} ${mode}`);
      svg.append(drawn("rect", { x, y, width: 0.8, height, class: colour(mode) }, name));
    }
  }
  return svg;
}

/** @param {string} mode */
const colour = (mode) => (["refused", "extractive", "generated"].includes(mode) ? mode : "other");

/** @param {string[]} modes */
function legend(modes) {
  const spot = (/** @type {string} */ mode) =>
    drawn("svg", { viewBox: "0 0 1 1", "aria-hidden": "true" }, drawn("rect", { width: 1, height: 1, class: colour(mode) }));
  return element("ul", { class: "legend" }, ...modes.map((each) => element("li", {}, spot(each), each)));
}

/** What is told of a day's tokens where no price is. */
const SPENT = [
  ["Tokens read", "tokensRead"],
  ["Tokens written", "tokensWritten"],
];

/** @param {number | null} amount @param {Intl.NumberFormat} format */
const known = (amount, format) => (amount === null ? "not known" : format.format(amount));

/** Columns of what the model cost, where a day knows it. @type {(days: any[]) => { name: string, of: (day: any) => string }[]} */
function spent(days) {
  if (days.some((each) => each.cost !== null)) return [{ name: "Cost", of: (day) => known(day.cost, price) }];
  if (days.every((each) => each.tokensRead === null)) return [];
  return SPENT.map(([name, key]) => ({ name, of: (day) => known(day[key], number) }));
}

/** @param {any[]} days @param {string[]} modes */
function table(days, modes) {
  const more = spent(days);
  const heads = ["Day", "Questions", "Readers", ...modes, ...more.map((each) => each.name)].map((each) =>
    element("th", { scope: "col" }, each),
  );
  const counts = (/** @type {any} */ day) => [day.questions, day.readers, ...modes.map((mode) => day.modes[mode] ?? 0)];
  const cells = (/** @type {any} */ day) => [
    ...counts(day).map((each) => number.format(each)),
    ...more.map((each) => each.of(day)),
  ];
  const rows = days.map((day) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, day.day),
      ...cells(day).map((each) => element("td", {}, each)),
    ),
  );
  return element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
}

/** The rest of the desk is there without them. */
async function passages() {
  const found = await ask("/api/owner/passages").catch((error) => error);
  const lines =
    found instanceof Error
      ? [found.message]
      : found.sites.map((/** @type {any} */ each) => {
          const size = `${counted(each.pages, "page")}, ${counted(each.passages, "passage")}`;
          return `${each.site}: ${size}, ingested ${moment.format(new Date(each.ingestedAt))}, version ${each.version}`;
        });
  const known = lines.length ? lines : ["Nothing that the desk knows of was ingested yet."];
  at("passages").replaceChildren(...known.map((/** @type {string} */ each) => element("li", {}, each)));
}

telling(() => open(false));
