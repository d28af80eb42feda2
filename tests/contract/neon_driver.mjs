// Runs JavaScript expressions with the real driver @neondatabase/serverless, and says what it sent and what it made of
// the answer. On stdin: {connectionString, endpoint, cases: [{id, js, options}]}; `js` is an expression over `sql`.
// `answers` are the parsed bodies that the endpoint sent. Without an endpoint nothing is sent anywhere: every request gets an empty answer.
import { neon, neonConfig } from "@neondatabase/serverless";
import { text } from "node:stream/consumers";

const { connectionString, endpoint, cases } = JSON.parse(await text(process.stdin));
const AsyncFunction = (async () => {}).constructor;
const nothing = { fields: [], rows: [], command: "SELECT", rowCount: 0, rowAsArray: true };

let requests = [];
let answers = [];
neonConfig.fetchFunction = async (url, { method, headers, body }) => {
  requests.push({ url: String(url), method, headers: { ...headers }, body });
  if (endpoint) {
    const answer = await fetch(endpoint, { method, headers, body });
    answers.push(await answer.clone().json());
    return answer;
  }
  const { queries } = JSON.parse(body);
  const answer = queries ? { results: queries.map(() => nothing) } : nothing;
  return new Response(JSON.stringify(answer), { status: 200 });
};

// What JSON cannot say: {"$date": ...}, {"$number": "NaN"}, {"$bytes": "00ff"}.
const shown = (value) => {
  if (value instanceof Date) return { $date: isNaN(value) ? "invalid" : value.toISOString() };
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]));
};

const outcomes = [];
for (const { id, js, options } of cases) {
  requests = [];
  answers = [];
  const outcome = { id, js, ...(options && { options }), requests, answers };
  try {
    outcome.result = shown(await new AsyncFunction("sql", `return ${js}`)(neon(connectionString, options ?? {})));
  } catch ({ name, message, code, severity, position, detail, constraint }) {
    outcome.error = { name, message, code, severity, position, detail, constraint };
  }
  outcomes.push(outcome);
}
console.log(JSON.stringify(outcomes));
