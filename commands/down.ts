// `npm run down`: destroys a stack. Its data volumes and the Docker Engine stay; `-- --delete-data` removes the volumes.
import { existsSync } from "node:fs";
import { resolveLocalEngine } from "../components/engine/connection.ts";
import { Engine } from "../components/engine/engine.ts";
import { EngineError } from "../components/engine/transport.ts";
import { PROJECT_LABEL, STACK_LABEL } from "../components/shared/labels.ts";
import { progress, say } from "../toolchain/progress.ts";
import { readArgs } from "./support/args.ts";
import { main } from "./support/main.ts";
import { ensureToolchain, openSession, pulumiAttached } from "./support/pulumi.ts";
import { openState, stackFile, type StateFolder } from "./support/state.ts";
import { isLocal } from "./support/store-image.ts";

const DELETE_DATA = "--delete-data";
/** Time for the store's containers to let go of their volumes. */
const IN_USE_MS = 30_000;

await main(async () => {
  const { stack, yes, json, flags, rest } = readArgs(undefined, [DELETE_DATA]);
  const state = openState();
  if (existsSync(stackFile(state, stack))) {
    const session = await openSession(await ensureToolchain(), state, stack);
    const asks = process.stdin.isTTY === true && process.stdout.isTTY === true && !yes && !json;
    const confirmation = asks ? [] : ["--yes", "--skip-preview"];
    const code = await pulumiAttached(session, ["destroy", ...confirmation, ...(json ? ["--json"] : []), ...rest]);
    if (code !== 0) return code;
  } else say(`stack ${stack} does not exist here: nothing to destroy`);
  if (isLocal(state, stack)) await tellAboutData(state, stack, flags.has(DELETE_DATA));
});

async function tellAboutData(state: StateFolder, stack: string, remove: boolean): Promise<void> {
  const engine = new Engine(resolveLocalEngine());
  const label = [`${STACK_LABEL}=${stack}`, `${PROJECT_LABEL}=${state.projectName}`];
  const names = (await engine.volumes({ label })).map((volume) => volume.Name).sort();
  if (names.length === 0) return say("no data volumes are left; the Docker Engine keeps running");
  if (!remove) {
    say(`kept, with all data: volume${names.length > 1 ? "s" : ""} ${names.join(", ")}`);
    return say(`the Docker Engine keeps running; \`npm run down -- ${DELETE_DATA}\` removes the data`);
  }
  await progress("removing the data volumes", async () => {
    for (const name of names) await removeVolume(engine, name);
  });
  say(`removed, with all data: ${names.join(", ")}; the Docker Engine keeps running`);
}

/** A container that has just ended still holds its volume for a moment. */
async function removeVolume(engine: Engine, name: string): Promise<void> {
  for (const end = Date.now() + IN_USE_MS; ; await new Promise((done) => setTimeout(done, 500))) {
    try {
      return await engine.removeVolume(name);
    } catch (error) {
      if (!(error instanceof EngineError && error.status === 409) || Date.now() > end) throw error;
    }
  }
}
