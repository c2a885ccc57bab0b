// `npm run down`: destroys a stack. Its data volumes and the Docker Engines stay; `-- --delete-data` removes the
// volumes. On AWS the machines are deleted; protected data volumes stay.
import { existsSync } from "node:fs";
import { progress, say } from "../toolchain/progress.ts";
import { cloudVolumes } from "./down/cloud-volumes.ts";
import {
  type DataVolumes,
  type DataVolume,
  findDataVolumes,
  formatVolume,
  volumesInUseError,
  removeVolumes,
  findVolumeUsers,
} from "./down/data.ts";
import { hasResourceTargets, isOurs, excludeIdentity } from "./down/identity.ts";
import { assertNotShared } from "./down/shared-swarm.ts";
import { confirmRemoval, type ConfirmOptions } from "./down/confirmation.ts";
import { type ExportedStack, exportedStack, recordedMembers, recordedServices } from "./lib/recorded-stack.ts";
import { npmRun, parseCommandArgs } from "./lib/args.ts";
import { effectiveConfig } from "./lib/config.ts";
import { main } from "./lib/main.ts";
import { ensureToolchain, openSession, runPulumi, readPulumiOutput, type Session } from "./lib/pulumi.ts";
import {
  IDENTITY_TYPE,
  isEmptyState,
  openState,
  readCheckpoint,
  stackFile,
  type StateFolder,
  type StoredResource,
} from "./lib/state.ts";
import { stackHosts } from "./lib/stack-hosts.ts";
import { stackKind } from "./lib/store-image.ts";

const DELETE_DATA = "--delete-data";
const ENGINES_STAY = "the Docker Engine keeps running";

await main(async () => {
  const { stack, yes, json, flags, rest } = parseCommandArgs("down");
  const deletes = flags.has(DELETE_DATA);
  const state = openState();
  const kind = stackKind(state, stack);
  const isKubernetes = kind === "kubernetes";
  if (isKubernetes && deletes) throw new Error(`${DELETE_DATA}: ${kubernetesDataNote(state, stack)}`);
  if (!existsSync(stackFile(state, stack))) {
    if (deletes) throw new Error(noStateError(stack));
    return void say(`stack ${stack} does not exist here: nothing to destroy`);
  }
  const session = await openSession(await ensureToolchain(kind), state, stack);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const how: DestroyOptions = { asks: isTerminal && !yes && !json, json, rest };
  if (kind === "aws") return downOnAws(session, deletes, how);
  if (isKubernetes) {
    const code = await destroy(session, how);
    if (code === 0) say(kubernetesDataNote(state, stack));
    return code;
  }
  const resources = resourcesIn(session);
  if (resources.length === 0) return void say(`nothing of stack ${stack} is left: nothing to remove`);
  // Without an identity, volumes of this state cannot be distinguished from those of another.
  if (deletes && !isEmptyState(resources) && identitiesIn(session).length === 0) throw new Error(noStateError(stack));
  const exported = await exportedStack(session);
  if (!hasResourceTargets(rest))
    await progress("checking what else the Swarm contains", () => assertNotShared(exported));
  // Read before the stack is destroyed: its state lists the hosts and volumes.
  const data = await findStackData(session, exported, kind === "local");
  if (deletes) await confirmDeletion(data, { yes, isTerminal: isTerminal && !json });
  const code = await destroy(session, how);
  if (code !== 0) return code;
  return deletes ? await deleteData(session, data) : reportKeptData(data, stack);
});

/** Without a state nothing identifies the stack's volumes. */
function noStateError(stack: string): string {
  return (
    `${DELETE_DATA}: stack ${stack} has no state here, so its volumes are unknown: run this where its state is, or ` +
    "remove them by hand with `docker volume rm`"
  );
}

/** The data volumes of a stack, and the ids of the services that use them. */
interface StackData extends DataVolumes {
  services: string[];
}

async function findStackData(session: Session, exported: ExportedStack, isThisMachine: boolean): Promise<StackData> {
  const { state, stack } = session;
  return progress("looking for data volumes", async () => {
    const services = recordedServices(exported);
    const hosts = stackHosts(recordedMembers(exported), effectiveConfig(state, stack), isThisMachine);
    const identities = identitiesIn(session);
    const found = await findDataVolumes(hosts, {
      isOurs: (labels) => isOurs(labels, identities),
      mounted: services.flatMap(({ volumes }) => volumes),
    });
    return { ...found, services: services.map(({ id }) => id) };
  });
}

/** Rejects volumes that are in use, and asks the user to confirm, before anything is changed. */
async function confirmDeletion({ volumes, services, unreachable }: StackData, options: ConfirmOptions): Promise<void> {
  const ours = volumes.filter(({ isOurs }) => isOurs);
  const users = await findVolumeUsers(ours, services);
  if (users.length > 0) throw new Error(volumesInUseError(users));
  for (const { key, why } of unreachable)
    say(`host ${key}: its volumes stay, because its engine does not answer: ${why}`);
  await confirmRemoval(ours, options);
}

/** Removes the volumes, then the identity by which they are recognised. Returns 1 if a host was unreachable. */
async function deleteData(session: Session, { volumes, unreachable }: StackData): Promise<number> {
  const ours = volumes.filter(({ isOurs }) => isOurs);
  if (ours.length === 0) say(`no data volumes of this stack are left; ${ENGINES_STAY}`);
  else {
    await progress("removing the data volumes", () => removeVolumes(ours));
    say(`removed, with all data: ${ours.map(formatVolume).join(", ")}; ${ENGINES_STAY}`);
  }
  reportForeignVolumes(volumes);
  // An unreachable host still has volumes, and only the identity shows that they belong to this state.
  if (unreachable.length > 0) return 1;
  if (identitiesIn(session).length > 0) {
    await readPulumiOutput(session, ["destroy", "--yes", "--skip-preview", "--non-interactive"]);
  }
  return 0;
}

function reportKeptData({ volumes, unreachable }: StackData, stack: string): number {
  for (const { key, why } of unreachable) say(`host ${key}: its data volumes are unknown: ${why}`);
  const ours = volumes.filter(({ isOurs }) => isOurs);
  if (ours.length > 0) {
    say(`kept, with all data: volume${ours.length > 1 ? "s" : ""} ${ours.map(formatVolume).join(", ")}`);
    say(`${ENGINES_STAY}; \`${npmRun("down", stack, DELETE_DATA)}\` removes the data`);
  } else {
    say(
      unreachable.length > 0
        ? "no other data volumes are left"
        : `no data volumes of this stack are left; ${ENGINES_STAY}`,
    );
  }
  reportForeignVolumes(volumes);
  return 0;
}

/** Reports volumes that the stack's services used but the stack did not create. */
function reportForeignVolumes(volumes: readonly DataVolume[]): void {
  const foreign = volumes.filter(({ isOurs }) => !isOurs).map(formatVolume);
  if (foreign.length > 0) say(`kept, because this stack did not create them: ${foreign.join(", ")}`);
}

interface DestroyOptions {
  asks: boolean;
  json: boolean;
  rest: string[];
}

/** Deletes the machines. Protected data volumes stay. */
async function downOnAws(session: Session, deletesData: boolean, { rest, ...how }: DestroyOptions): Promise<number> {
  if (deletesData) assertNotProtected(session);
  const kept = deletesData ? [] : ["--exclude-protected"];
  const code = await destroy(session, { ...how, rest: [...kept, ...rest] }, !deletesData);
  if (code === 0) reportCloudVolumes(session);
  return code;
}

/** Pulumi would reject this too, but recommend removing the volumes from the state instead of deleting them. */
function assertNotProtected(session: Session): void {
  const held = cloudVolumes(resourcesIn(session)).filter(({ isProtected }) => isProtected);
  if (held.length === 0) return;
  throw new Error(
    `${DELETE_DATA}: the data volumes ${held.map(({ name }) => name).join(", ")} are protected: set \`allowDataLoss: ` +
      `true\` in pulumi-swarm:aws, run \`${npmRun("up", session.stack)}\`, then repeat this`,
  );
}

function reportCloudVolumes(session: Session): void {
  const left = cloudVolumes(resourcesIn(session));
  const names = left.map(({ name, id }) => `${name} (${id})`).join(", ");
  if (left.length === 0) say("no data volumes are left; the machines are gone");
  else {
    say(`kept, with all data: EBS volumes ${names}; the machines are gone`);
    say(`\`${npmRun("up", session.stack)}\` creates machines for them again`);
  }
}

/** Explains where the data of a store on Kubernetes stays; no command removes it. */
function kubernetesDataNote(state: StateFolder, stack: string): string {
  const { "pulumi-swarm:namespace": namespace = "minio" } = effectiveConfig(state, stack) as Record<string, string>;
  return `the data is in the claims of namespace ${namespace}, which stays: \`kubectl delete namespace ${namespace}\` deletes both`;
}

/** @param keepsIdentity whether the state's identity stays */
function destroy(session: Session, { asks, json, rest }: DestroyOptions, keepsIdentity = true): Promise<number> {
  const confirmation = asks ? [] : ["--yes", "--skip-preview"];
  const kept = keepsIdentity ? excludeIdentity(identitiesIn(session), rest) : [];
  return runPulumi(session, ["destroy", ...confirmation, ...(json ? ["--json"] : []), ...kept, ...rest]);
}

function resourcesIn({ state, stack }: Session): StoredResource[] {
  return readCheckpoint(state, stack).resources ?? [];
}

function identitiesIn(session: Session): StoredResource[] {
  return resourcesIn(session).filter(({ type }) => type === IDENTITY_TYPE);
}
