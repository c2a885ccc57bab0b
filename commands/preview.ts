// `npm run preview`: prints what `npm run up` would change, after a refresh. Other arguments go to `pulumi preview`.
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { prepare } from "./lib/prepare.ts";
import { runPulumi } from "./lib/pulumi.ts";
import { REFRESH_ARGUMENTS } from "./lib/up-arguments.ts";

await main(async () => {
  const { stack, yes, json, rest } = parseCommandArgs("preview");
  const { session } = await prepare(stack, { yes, isPreview: true });
  return await runPulumi(session, ["preview", ...REFRESH_ARGUMENTS, ...(json ? ["--json"] : []), ...rest]);
});
