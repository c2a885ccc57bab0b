import { join } from "node:path";
import { say } from "../../toolchain/progress.ts";
import { CommandError, run } from "../../toolchain/run.ts";
import { DESCRIPTOR_3, namelessFile } from "../../toolchain/temporary-files.ts";
import { type EngineEvent, parseEvents } from "../lib/events.ts";
import { pulumiOutput, pulumiSecrets, type Session } from "../lib/pulumi.ts";
import { PREVIEW_PREFIX } from "../lib/state.ts";
import { REFRESH } from "../lib/up-arguments.ts";
import type { PreviewRun } from "./report.ts";
import { secretValues, type ShownConfig } from "./secrets.ts";
import { masked } from "./values.ts";

/** How much of what Pulumi printed is kept for the case that it ends before it tells of anything. */
const LAST_LINES = 20;

/**
 * Previews a stack and gives back what Pulumi said of it, with the values to mask. What it prints goes to standard
 * error, masked in the same way.
 *
 * @param flags more of `pulumi preview`, such as `--policy-pack`
 */
export async function runPreview(session: Session, flags: readonly string[]): Promise<PreviewRun> {
  const { stack, state, env, toolchain } = session;
  const shown = await shownConfig(session);
  const everySecret = secretValues(shown, []);
  // The event log holds what Pulumi prints with --debug, secrets in plain: no signal may leave it on the disk.
  const log = namelessFile(state.path, PREVIEW_PREFIX);
  const lines: string[] = [];
  const hear = (line: string) => {
    lines.push(masked(line, everySecret));
    say(lines.at(-1) ?? "");
  };
  try {
    const plain = ["preview", "--non-interactive", "--color", "never", "--diff", ...REFRESH];
    const args = [...plain, "--event-log", DESCRIPTOR_3, ...flags];
    const options = {
      ...{ env: { ...env, PULUMI_DEBUG_COMMANDS: "true" }, cwd: state.project, onLine: hear },
      ...{ files: [log.descriptor], endsTogether: true },
    };
    const succeeded = await succeeds(run(join(toolchain.bin, "pulumi"), args, options));
    const events = parseEvents(log.text());
    const told = succeeded || events.some(({ diagnosticEvent }) => diagnosticEvent?.severity === "error");
    const more = told ? [] : [lastWords(lines)];
    return { stack, succeeded, events: [...events, ...more], secrets: secretValues(shown, events) };
  } finally {
    log.close();
  }
}

/** The reason of a failure is asked for again without secrets. */
async function shownConfig(session: Session): Promise<ShownConfig> {
  const shown = await pulumiSecrets(session, ["config", "--json", "--show-secrets"]).catch(() => undefined);
  if (shown !== undefined) return JSON.parse(shown) as ShownConfig;
  await pulumiOutput(session, ["config", "--json"]);
  throw new Error(
    `secrets of stack ${session.stack}: Pulumi cannot read them: is its passphrase, or its key, at hand?`,
  );
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== null) return false;
    throw error;
  }
}

/** What was printed last, as the reason why the preview ended. */
function lastWords(lines: readonly string[]): EngineEvent {
  return { diagnosticEvent: { severity: "error", message: lines.slice(-LAST_LINES).join("\n") } };
}
