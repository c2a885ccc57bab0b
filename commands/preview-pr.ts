// `npm run preview:pr`: prints what `npm run up` would change, as a comment for a pull request.
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
 * Previews the named stacks one after another, and prints one comment for all of them; `--json` adds the reports. Other
 * options go to `pulumi preview`. Exits with 1 if a preview failed; the comment contains the reason.
 */
await main(async () => {
  const args = parseCommandArgs("preview-pr");
  const reports = [];
  for (const stack of args.stacks) reports.push(await reportStack(stack, args));
  const comment = previewComment(reports);
  print(args.json ? JSON.stringify({ comment, reports }, undefined, 2) : comment);
  return reports.every(({ succeeded }) => succeeded) ? 0 : 1;
});

/** Previews a stack. An error becomes its report, so that the other stacks are still previewed. */
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
