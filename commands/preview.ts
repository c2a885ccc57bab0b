// `npm run preview`: what `npm run up` would change, after a look at what is there. All arguments go to `pulumi preview`.
import { readArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { prepare } from "./lib/prepare.ts";
import { pulumiAttached } from "./lib/pulumi.ts";
import { REFRESH } from "./lib/up-arguments.ts";

await main(async () => {
  const { stack, yes, json, rest } = readArgs();
  const { session } = await prepare(stack, { yes, looksOnly: true });
  return await pulumiAttached(session, ["preview", ...REFRESH, ...(json ? ["--json"] : []), ...rest]);
});
