import { join } from "node:path";
import { say } from "../../toolchain/progress.ts";
import { CommandError, run } from "../../toolchain/run.ts";
import { DESCRIPTOR_3, createUnlinkedFile } from "../../toolchain/temporary-files.ts";
import { type EngineEvent, parseEvents } from "../lib/events.ts";
import { readPulumiOutput, readPulumiSecrets, type Session } from "../lib/pulumi.ts";
import { PREVIEW_PREFIX } from "../lib/state.ts";
import { REFRESH_ARGUMENTS } from "../lib/up-arguments.ts";
import type { PreviewRun } from "./report.ts";
import { secretValues, type DecryptedConfig } from "./secrets.ts";
import { maskSecrets } from "./values.ts";

/** How much of Pulumi's output is kept, in case it fails before its first event. */
const MAX_LAST_LINES = 20;

/**
 * Previews a stack and returns Pulumi's events with the values to mask. Writes Pulumi's output, masked in the same way,
 * to standard error.
 *
 * @param flags more flags of `pulumi preview`, such as `--policy-pack`
 */
export async function runPreview(session: Session, flags: readonly string[]): Promise<PreviewRun> {
  const { stack, state, env, toolchain } = session;
  const shown = await readConfig(session);
  const everySecret = secretValues(shown, []);
  // With --debug the event log contains plain-text secrets: no signal may leave it on the disk.
  const log = createUnlinkedFile(state.path, PREVIEW_PREFIX);
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(maskSecrets(line, everySecret));
    say(lines.at(-1) ?? "");
  };
  try {
    const plain = ["preview", "--non-interactive", "--color", "never", "--diff", ...REFRESH_ARGUMENTS];
    const args = [...plain, "--event-log", DESCRIPTOR_3, ...flags];
    const options = {
      ...{ env: { ...env, PULUMI_DEBUG_COMMANDS: "true" }, cwd: state.project, onLine: onLine },
      ...{ files: [log.descriptor], forwardSignals: true },
    };
    const succeeded = await didSucceed(run(join(toolchain.bin, "pulumi"), args, options));
    const events = parseEvents(log.text());
    const isExplained = succeeded || events.some(({ diagnosticEvent }) => diagnosticEvent?.severity === "error");
    const more = isExplained ? [] : [lastOutput(lines)];
    return { stack, succeeded, events: [...events, ...more], secrets: secretValues(shown, events) };
  } finally {
    log.close();
  }
}

/** If the secrets cannot be read, reads the config again without them, to find the reason. */
async function readConfig(session: Session): Promise<DecryptedConfig> {
  const shown = await readPulumiSecrets(session, ["config", "--json", "--show-secrets"]).catch(() => undefined);
  if (shown !== undefined) return JSON.parse(shown) as DecryptedConfig;
  await readPulumiOutput(session, ["config", "--json"]);
  throw new Error(
    `secrets of stack ${session.stack}: Pulumi cannot decrypt them: set PULUMI_CONFIG_PASSPHRASE, or make the stack's key available`,
  );
}

async function didSucceed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode !== null) return false;
    throw error;
  }
}

/** Returns the last output as the reason why the preview failed. */
function lastOutput(lines: readonly string[]): EngineEvent {
  return { diagnosticEvent: { severity: "error", message: lines.slice(-MAX_LAST_LINES).join("\n") } };
}
