// The change of an account's address: asked for with the password, and made by the link that was sent to the new address.
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { z } from "zod";
import { clearAttempts } from "../../storage/accounts/attempts";
import { loadUser, updateUser } from "../../storage/accounts/users";
import { deleteVerifications } from "../../storage/accounts/verifications";
import { logAccountAction } from "../account-log";
import { rememberBrowser } from "../sign-in/device";
import { type AccountEnv, tellOfChange } from "../sign-in/warning";
import { identifierOf } from "./ask";

/** A plugin, because its endpoint sets a signed cookie of better-auth. */
export const addressChange = (env: AccountEnv) =>
  ({
    id: "address-change",
    endpoints: {
      confirmAddress: createAuthEndpoint(
        "/confirm-address",
        { method: "POST", body: z.object({ token: z.string().max(200) }) },
        async (ctx) => {
          const row = await ctx.context.internalAdapter.consumeVerificationValue(identifierOf(ctx.body.token));
          const [userId = "", email = ""] = row?.value.split(" ") ?? [];
          const user = await loadUser(env.DB, userId);
          if (!user || !email) throw new APIError("BAD_REQUEST", { message: "Invalid token", code: "INVALID_TOKEN" });
          if (!(await updateUser(env.DB, user.id, { email }, Date.now())))
            throw new APIError("CONFLICT", { message: "email belongs to another account", code: "EMAIL_TAKEN" });
          await deleteVerifications(env.DB, user.id);
          for (const address of [user.email, email]) await clearAttempts(env.DB, address);
          await rememberBrowser(ctx, email);
          tellOfChange(env, user.email, "email");
          await logAccountAction(env.DB, user.id, "account.email", ctx.headers);
          return ctx.json({ status: true, email });
        },
      ),
    },
  }) satisfies BetterAuthPlugin;
