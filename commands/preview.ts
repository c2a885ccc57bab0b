// `npm run preview`: what `npm run up` would change, after a look at what is there. All arguments go to `pulumi preview`.
import { readArgs } from "./support/args.ts";
import { main } from "./support/main.ts";
import { prepare } from "./support/prepare.ts";
import { pulumiAttached } from "./support/pulumi.ts";
import { REFRESH } from "./support/up-arguments.ts";

await main(async () => {
  const { stack, yes, json, rest } = readArgs();
  const { session } = await prepare(stack, { yes, looksOnly: true });
  return await pulumiAttached(session, ["preview", ...REFRESH, ...(json ? ["--json"] : []), ...rest]);
});
