import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeRole } from "../../engine/types.ts";
import type { Host } from "../hosts/host.ts";
import type { RequirementInput } from "../preflight/requirement-input.ts";
import { Preflight } from "../preflight/preflight.ts";
import { knownFields, knownValue, unknownFields } from "../shared/inputs.ts";
import { SwarmComponent } from "../shared/component.ts";
import { ownerOf } from "../shared/owner.ts";
import { DOCKER_NO_PROXY } from "../../core/docker-no-proxy.ts";
import type { SwarmArgs } from "./args.ts";
import { Cluster } from "./cluster.ts";
import { dockerConfig, connectedEngine } from "./docker-provider.ts";
import { Member } from "./member.ts";
import type { SwarmNode, SwarmReference } from "./swarm-reference.ts";
import { validateSwarm } from "./validation.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

/**
 * A Docker Swarm. It is created on the first manager and joined by the other hosts. Destroying it drains, demotes and
 * removes the nodes in an order that keeps quorum. An adopted Swarm is never left.
 *
 * @example
 * const swarm = new Swarm("swarm", { managers: [new Host("laptop")] });
 */
export class Swarm extends SwarmComponent implements SwarmReference {
  /** The Swarm's id. Unknown in a preview only if the Swarm is created or replaced. */
  readonly swarmId: pulumi.Output<string>;
  /** The hosts of this Swarm by key. */
  readonly hosts: Readonly<Record<string, Host>>;
  /** Each host's node, by host key. */
  readonly nodes: Readonly<Record<string, SwarmNode>>;
  /** Connections to the managers' engines, by host key, once they answer. */
  readonly managers: Readonly<Record<string, pulumi.Output<EngineConnection>>>;
  /** Whether changes may replace the Swarm or a network in use. */
  readonly allowOutage: boolean;
  /** Provider for `@pulumi/docker` resources on this Swarm. Connects to a manager. */
  readonly provider: docker.Provider;
  /** Token for further workers to join. @secret */
  readonly workerJoinToken: pulumi.Output<string>;
  /** Token for further managers to join. @secret */
  readonly managerJoinToken: pulumi.Output<string>;
  /** Key that unlocks a manager after a restart. Empty unless `autolock` is on. @secret */
  readonly unlockKey: pulumi.Output<string>;

  /**
   * The settings that adopt networks and services, in a program that has settings instead of the argument `adopt`.
   *
   * @internal
   */
  adoptArguments: { network?: string; service?: string } = {};

  readonly #preflight: Preflight;

  constructor(name: string, args: SwarmArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("Swarm", name, args);
    const subject = `Swarm "${name}"`;
    rejectIssues(subject, validateSwarm(args));
    super("Swarm", name, { ...args, managers: keysOf(args.managers), workers: keysOf(args.workers) }, opts);

    const { managers, workers = [], allowOutage = false, adopt = false, timeoutSeconds = 120 } = args;
    const hosts = [...managers, ...workers];
    const owner = ownerOf(name);
    if (managers.length % 2 === 0) {
      void pulumi.log.warn(
        `${managers.length} managers tolerate no more failures than ${managers.length - 1}: use an odd number`,
        this,
      );
    }

    this.#preflight = new Preflight(`${name}-preflight`, { hosts, allowOutage }, { parent: this });
    const settings = { managers: managers.map(({ key }) => key), ...knownSettings(args) };
    const checked = this.preflight({ kind: "swarm", subject, owner, adopt, ...settings });

    this.allowOutage = allowOutage;
    this.hosts = byKey(hosts, (host) => host);
    this.managers = byKey(managers, connectedEngine);
    const cluster = new Cluster(
      `${name}-cluster`,
      { ...args, hosts: managers, managers: this.managers, owner, adopt, allowOutage, singleHost: hosts.length === 1 },
      { parent: this, dependsOn: checked },
    );
    this.swarmId = cluster.id;
    this.workerJoinToken = pulumi.secret(cluster.joinTokens.worker);
    this.managerJoinToken = pulumi.secret(cluster.joinTokens.manager);
    this.unlockKey = pulumi.secret(cluster.unlockKey);
    // `this.managers` depend on the hosts, and each member would record these dependencies. The Cluster waits for the
    // hosts anyway.
    const engines = byKey(managers, ({ engine }) => engine);
    const member = (host: Host, role: NodeRole, dependsOn: pulumi.Resource[] = []): Member => {
      return new Member(
        `${name}-member-${host.key}`,
        {
          ...{ host, role, cluster, owner, managers: engines, timeoutSeconds },
          availability: args.availability?.[host.key],
        },
        { parent: this, dependsOn },
      );
    };
    const managerMembers = byKey(managers, (host) => member(host, "manager"));
    // New managers join before others are demoted, and workers leave before managers.
    const workerMembers = byKey(workers, (host) => member(host, "worker", Object.values(managerMembers)));
    this.nodes = { ...nodesOf(managerMembers, "manager"), ...nodesOf(workerMembers, "worker") };
    this.provider = new docker.Provider(`${name}-docker`, dockerConfig(`${name}-docker`, managers), {
      parent: this,
      // This provider's resources must be deleted while its engine is still a manager.
      dependsOn: [checked, ...Object.values(managerMembers)],
      envVarMappings: { [DOCKER_NO_PROXY]: "NO_PROXY" },
    });

    this.registerOutputs({ swarmId: this.swarmId });
  }

  /**
   * Adds a component's requirement to the checks that run before anything is changed. Returns the resource to depend
   * on. Call it in the component's constructor, before its first child.
   *
   * @internal
   */
  preflight(requirement: RequirementInput): pulumi.Input<pulumi.Resource> {
    if (requirement.kind === "swarm") return this.#preflight.require(requirement);
    return this.#preflight.require({ ...requirement, adoptArgument: this.adoptArguments[requirement.kind] });
  }

  /**
   * Returns each node with its engine, by host key. The engine's address may be known in a preview before the node is.
   *
   * @internal
   */
  get nodeEngines(): Record<string, { nodeId: pulumi.Output<string>; connection: pulumi.Output<EngineConnection> }> {
    return byKey(Object.values(this.hosts), (host) => ({
      nodeId: this.node(host.key).nodeId,
      connection: host.engine,
    }));
  }

  /**
   * Returns a host's node.
   *
   * @throws Error if no host of this Swarm has that key
   */
  node(hostKey: string): SwarmNode {
    const node = this.nodes[hostKey];
    if (!node)
      throw new Error(`host "${hostKey}" is not in this Swarm: choose one of ${Object.keys(this.hosts).join(", ")}`);
    return node;
  }
}

/** Returns the hosts as the arguments record them. */
const keysOf = (hosts: readonly Host[] | undefined) => hosts?.map(({ key }) => key);

/** Returns the settings that are known before the program runs, and the names of given ones that are not. */
function knownSettings({ addressPools, subnetSize, dataPathPort }: SwarmArgs) {
  const given = knownValue(addressPools ?? []);
  const pools = (given ?? []).flatMap((pool) => knownValue(pool) ?? []);
  const isComplete = given !== undefined && pools.length === given.length;
  const settings = knownFields<{ subnetSize: number; dataPathPort: number }>({ subnetSize, dataPathPort });
  const deferred = [...(isComplete ? [] : ["addressPools"]), ...unknownFields({ subnetSize, dataPathPort }, settings)];
  return { addressPools: pools, ...settings, ...(deferred.length > 0 && { deferred }) };
}

function nodesOf(members: Record<string, Member>, role: NodeRole): Record<string, SwarmNode> {
  const entries = Object.entries(members);
  return Object.fromEntries(entries.map(([key, { id, address }]) => [key, { nodeId: id, role, address }]));
}

function byKey<T>(hosts: readonly Host[], value: (host: Host) => T): Record<string, T> {
  return Object.fromEntries(hosts.map((host) => [host.key, value(host)]));
}
