// A Better Auth server with the jwt plug-in, in memory, for one look: {secret, origin, keys: rows of jwks, tokens: [...]}
// on standard input; on output its rows, what it publishes, a token of its own, and what it makes of the given ones.
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { jwt } from "better-auth/plugins";

let text = "";
for await (const part of process.stdin) text += part;
const { secret, origin, keys, tokens, person } = JSON.parse(text);
const dates = (row) => ({ ...row, createdAt: new Date(row.createdAt), expiresAt: row.expiresAt && new Date(row.expiresAt) });
const tables = { user: [], session: [], account: [], verification: [], jwks: keys.map(dates) };
const auth = betterAuth({
  secret,
  baseURL: origin,
  database: memoryAdapter(tables),
  emailAndPassword: { enabled: true },
  logger: { disabled: true },
  telemetry: { enabled: false },
  plugins: [jwt()],
});
const ask = (path, init) => auth.handler(new Request(`${origin}/api/auth${path}`, init));

const signedUp = await ask("/sign-up/email", {
  method: "POST",
  headers: { "content-type": "application/json", origin },
  body: JSON.stringify(person),
});
const cookie = signedUp.headers.get("set-cookie").split(";")[0];
const own = await (await ask("/token", { headers: { cookie } })).json();
const guest = await ask("/token");
const payloads = [];
for (const token of tokens) payloads.push((await auth.api.verifyJWT({ body: { token } })).payload);
console.log(
  JSON.stringify({
    rows: tables.jwks,
    published: await (await ask("/jwks")).json(),
    token: own.token,
    guest: [guest.status, await guest.json()],
    user: (await signedUp.json()).user,
    payloads,
  }),
);
