// The unmodified Better Auth client on a page of another site; its tests drive it through `auth` and `tokens`.
import { createAuthClient } from "better-auth/client";

const baseURL = new URLSearchParams(location.search).get("api");

globalThis.auth = createAuthClient({ baseURL });

// for browsers that keep no cookies of other sites: https://www.better-auth.com/docs/plugins/bearer
let token = "";
globalThis.tokens = createAuthClient({
  baseURL,
  fetchOptions: {
    credentials: "omit",
    auth: { type: "Bearer", token: () => token },
    onSuccess: ({ response }) => {
      token = response.headers.get("set-auth-token") ?? token;
    },
  },
});
