// A Better Auth server of some version on a Postgres of ours. The argument is its configuration as JSON; each line of
// standard input is one question, each line of standard output its answer:
// {tables: true} makes the tables; {method, path, headers, body} asks the server; {end: true} closes it.
import readline from "node:readline";
import pg from "pg";

const { version, plugins: wanted, spelling, ids, database, secret, origin } = JSON.parse(process.argv[2]);
const name = `better-auth-${version}`;
const { betterAuth } = await import(name);
const plugins = await import(`${name}/plugins`);
const { getMigrations } = await import(`${name}/db/migration`).catch(() => import(`${name}/db`));

const snake = spelling.startsWith("snake");
const plural = spelling.endsWith("plural");
const spelt = (column) => column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const model = (table, columns) => ({
  ...(plural ? { modelName: `${table}s` } : {}),
  ...(snake ? { fields: Object.fromEntries(columns.split(" ").map((column) => [column, spelt(column)])) } : {}),
});
const user = (columns) => ({ ...(snake ? { fields: model("user", columns).fields } : {}) });
const tokens = "accountId providerId userId accessToken refreshToken idToken accessTokenExpiresAt refreshTokenExpiresAt";
const jwksColumns = "publicKey privateKey createdAt expiresAt";
const made = {
  jwt: () => plugins.jwt({ schema: { jwks: snake ? { fields: model("jwks", jwksColumns).fields } : {} } }),
  admin: () =>
    plugins.admin({ schema: { user: user("banReason banExpires"), session: snake ? { fields: { impersonatedBy: "impersonated_by" } } : {} } }),
  "two-factor": () =>
    plugins.twoFactor({
      schema: { user: user("twoFactorEnabled"), twoFactor: model("twoFactor", "backupCodes userId") },
    }),
  username: () => plugins.username({ schema: { user: user("displayUsername") } }),
  organization: () => plugins.organization(),
  bearer: () => plugins.bearer(),
};
const additional = wanted.includes("mandatory")
  ? { user: { plan: { type: "string", required: true } }, session: { tenant: { type: "string", required: true, defaultValue: "main" } } }
  : wanted.includes("fields") ? { user: { plan: { type: "string", required: false } } } : {};

const pool = new pg.Pool({ connectionString: database, max: 4 });
const options = {
  secret,
  baseURL: origin,
  database: pool,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  logger: { disabled: !process.env.VERBOSE },
  telemetry: { enabled: false },
  advanced: ids ? { database: ids === "serial" ? { generateId: "serial" } : { generateId: "uuid" } } : {},
  user: { ...model("user", "emailVerified createdAt updatedAt"), additionalFields: additional.user, deleteUser: { enabled: true } },
  session: { ...model("session", "expiresAt createdAt updatedAt ipAddress userAgent userId"), additionalFields: additional.session },
  account: model("account", `${tokens} createdAt updatedAt`),
  verification: model("verification", "expiresAt createdAt updatedAt"),
  plugins: wanted.filter((each) => made[each]).map((each) => made[each]()),
};
const auth = betterAuth(options);

async function ask({ method, path, headers, body }) {
  const sent = { origin, ...headers, ...(body ? { "content-type": "application/json" } : {}) };
  const request = new Request(`${origin}/api/auth${path}`, { method, headers: sent, body: body && JSON.stringify(body) });
  const response = await auth.handler(request);
  const text = await response.text();
  let told = text;
  try { told = JSON.parse(text); } catch { /* not every answer is JSON */ }
  return { status: response.status, cookies: response.headers.getSetCookie(), body: told };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (question.end) break;
  let answer;
  try {
    answer = question.tables ? (await (await getMigrations(options)).runMigrations(), {}) : await ask(question);
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  console.log(JSON.stringify(answer));
}
await pool.end();
process.exit(0);
