// `npm run env`: prints exports that let a plain `pulumi` work on a stack: eval "$(npm run -s env)".
import { shellQuote } from "../engine/shell-quoting.ts";
import { ROOT } from "../toolchain/cache.ts";
import { say } from "../toolchain/progress.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { prepare } from "./lib/prepare.ts";
import { ensureToolchain, pathFolders, pulumiVariables } from "./lib/pulumi.ts";
import { SHARED, sharedSession, sharedVariables } from "./lib/shared-backend.ts";

await main(async () => {
  const args = parseCommandArgs("env");
  const isShared = args.flags.has(SHARED);
  const session = isShared
    ? sharedSession(await ensureToolchain(), args.stack)
    : (await prepare(args.stack, args)).session;
  const variables = (isShared ? sharedVariables : pulumiVariables)(session.state, session.stack);
  const folders = pathFolders(session.toolchain);
  if (args.json) return void console.log(JSON.stringify({ ...variables, path: folders }, null, 2));
  // It would take precedence over the file with this state's passphrase.
  const hidesPassphraseFile = !isShared && process.env["PULUMI_CONFIG_PASSPHRASE"] !== undefined;
  if (hidesPassphraseFile) console.log("unset PULUMI_CONFIG_PASSPHRASE");
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${shellQuote(value)}`);
  console.log(`export PATH=${shellQuote(folders.join(":"))}:"$PATH"`);
  say(
    `note: in every folder, pulumi then works on stack ${session.stack} of ${ROOT}: ` +
      "use another shell for other projects",
  );
});
