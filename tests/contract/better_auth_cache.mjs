// Reads cached sessions with the real library: {secret, cookies: [...]} on standard input, what it found on output.
import { getCookieCache } from "better-auth/cookies";

let text = "";
for await (const part of process.stdin) text += part;
const { secret, cookies } = JSON.parse(text);
const found = [];
for (const cookie of cookies) {
  found.push(await getCookieCache(new Headers({ cookie }), { secret, isSecure: true, version: "1" }));
}
console.log(JSON.stringify(found));
