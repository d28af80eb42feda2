// The real Better Auth as a Lambda function: reads orders from standard input as worker.py does, and runs its handler in
// this process, with one kept connection. BETTER_AUTH_VARIANT: default, joins (advanced.database.joins), cache (cookieCache).
import { createRequire } from "node:module";
import fs from "node:fs";
import readline from "node:readline";

const began = performance.now();
const { betterAuth } = await import("better-auth");
const { default: pg } = await import(createRequire(new URL("../../conformance/", import.meta.url)).resolve("pg"));
const { BETTER_AUTH_URL, BETTER_AUTH_SECRET, BETTER_AUTH_VARIANT, USUAL_DATABASE_URL } = process.env;
const auth = betterAuth({
  secret: BETTER_AUTH_SECRET,
  baseURL: BETTER_AUTH_URL,
  database: new pg.Pool({ connectionString: USUAL_DATABASE_URL, max: 1, idleTimeoutMillis: 0 }),
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
  session: { cookieCache: { enabled: BETTER_AUTH_VARIANT === "cache", maxAge: 300 } },
  advanced: { database: { joins: BETTER_AUTH_VARIANT === "joins" } },
});
await auth.$context;
const imported = performance.now() - began;

async function handler(event) {
  const headers = new Headers(event.headers);
  headers.set("cookie", event.cookies.join("; "));
  const request = new Request(new URL(event.rawPath, BETTER_AUTH_URL), { method: event.requestContext.http.method, headers });
  const response = await auth.handler(request);
  const answered = Object.fromEntries(response.headers);
  delete answered["set-cookie"];
  return { statusCode: response.status, headers: answered, cookies: response.headers.getSetCookie(), body: await response.text() };
}

/** Kilobytes that the process has held at most, as worker.py reads them. */
function peak() {
  return Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]);
}

const events = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
let number = 0;
let cached = [];

function next(route) {
  const event = JSON.parse(events[route][number++ % events[route].length]);
  if (BETTER_AUTH_VARIANT === "cache") event.cookies.push(...cached);
  return event;
}

async function run({ route, times }) {
  const seconds = [];
  let answer;
  for (let turn = 0; turn < (times || 1); turn++) {
    const event = next(route);
    const at = performance.now();
    answer = await handler(event);
    seconds.push((performance.now() - at) / 1000);
    if (answer.cookies.length) cached = answer.cookies.map((each) => each.split(";")[0]);
  }
  return { seconds, status: answer.statusCode, body: answer.body };
}

const said = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
said({ imported: imported / 1000, modules: null, megabytes: peak() / 1000 });
for await (const line of readline.createInterface({ input: process.stdin })) said(await run(JSON.parse(line)));
process.exit(0);
