// `npm run preview:pr`: what `npm run up` would change, as the text of a comment on a pull request.
import { errorMessage } from "../engine/error-message.ts";
import { print } from "../toolchain/progress.ts";
import { previewComment } from "./preview-pr/comment.ts";
import { type PreviewReport, previewReport } from "./preview-pr/report.ts";
import { runPreview } from "./preview-pr/run.ts";
import { type CommandArgs, parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { prepare } from "./lib/prepare.ts";
import { ensureToolchain, type Session } from "./lib/pulumi.ts";
import { SHARED, sharedSession } from "./lib/shared-backend.ts";

/**
 * Previews each stack that is named, one after another, and prints one comment on all of them, or with `--json` the
 * comment beside the reports that it is made of. What it does not know goes to `pulumi preview`. Ends with 1 if a
 * preview failed; the comment says why.
 */
await main(async () => {
  const args = parseCommandArgs("preview-pr");
  const reports = [];
  for (const stack of args.stacks) reports.push(await reportStack(stack, args));
  const comment = previewComment(reports);
  print(args.json ? JSON.stringify({ comment, reports }, undefined, 2) : comment);
  return reports.every(({ succeeded }) => succeeded) ? 0 : 1;
});

/** Whatever keeps one stack from being previewed is said in its place; the others are not held up by it. */
async function reportStack(stack: string, args: CommandArgs): Promise<PreviewReport> {
  try {
    return previewReport(await runPreview(await openStackSession(stack, args), args.rest));
  } catch (error) {
    const message = errorMessage(error);
    return previewReport({ stack, succeeded: false, events: [{ diagnosticEvent: { severity: "error", message } }] });
  }
}

async function openStackSession(stack: string, { flags, yes }: CommandArgs): Promise<Session> {
  if (flags.has(SHARED)) return sharedSession(await ensureToolchain(), stack);
  return (await prepare(stack, { yes, isPreview: true })).session;
}
