import { describe, expect, test } from "vitest";
import type { Requirement } from "../../../../core/requirement.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { host, owner, ownManager, SERVICE, service, snapshot } from "../../preflight-snapshot.ts";
import { container, disk, inSwarm, local, ofServiceNamed, on, OURS, preflightLines, published } from "./one-host.ts";

const FOREIGN = { ...OURS, "pulumi-swarm.owner": "another-state" };
const STORE = 'MinioService "store":';

describe("rejects", () => {
  test.each<[Requirement | Requirement[], ClusterSnapshot, string | string[]]>([
    [
      { ...SERVICE, needsFirewall: true },
      snapshot({ a: host({ address: "tcp://10.0.0.1:2376" }) }),
      'MinioService "store": allowFrom "a": is reached at tcp://10.0.0.1:2376, and rules can only be set by ssh: declare it in SshHosts, or leave allowFrom out',
    ],
    [
      SERVICE,
      snapshot({ a: ownManager({}, [service("store", FOREIGN)]) }),
      `${STORE} serviceName "store": the Swarm has a service of that name that belongs to another state: project p, stack s, identity another-state: use the state that created it, set adopt: true, or choose another name`,
    ],
    [
      [SERVICE, { ...SERVICE, subject: 'MinioService "b"', owner: owner("b"), ports: {} }],
      snapshot({ a: ownManager() }),
      'MinioService "b": serviceName "store": is already used by MinioService "store": choose another',
    ],
    [
      [SERVICE, { ...SERVICE, subject: 'MinioService "b"', owner: owner("b"), name: "b" }],
      snapshot({ a: ownManager() }),
      'MinioService "b": port 9000: is already used on host a by MinioService "store": choose another, or free it',
    ],
    [
      SERVICE,
      snapshot({ a: ownManager({ containers: [container("web", 9000)] }) }),
      `${STORE} port 9000: is already used on host a by container web: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({ a: ownManager({}, [service("web", {}, published("ingress"))]) }),
      `${STORE} port 9000: is already used on host a by service web: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({
        a: ownManager({ containers: [container("web.1", 9000, { "com.docker.swarm.service.id": "id-web" })] }, [
          service("web", {}, published("host")),
        ]),
      }),
      `${STORE} port 9000: is already used on host a by service web: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({ a: { ...inSwarm({}), containers: [container("web.n1", 9000, ofServiceNamed("web"))] } }),
      `${STORE} port 9000: is already used on host a by container web.n1: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({ a: ownManager() }, on({ ...local, listening: [9000] })),
      `${STORE} port 9000: is already used on host a by a process outside Docker: choose another, or free it`,
    ],
    [
      disk("/mnt/disk1"),
      snapshot({ a: ownManager() }, on(local)),
      `${STORE} hosts.a.drives "/mnt/disk1": is not a mount point: mount the disk there, or leave path out and a Docker volume holds the drive`,
    ],
    [
      disk("/mnt/disk1/"),
      snapshot(
        { a: ownManager() },
        on({ ...local, mounts: [...local.mounts, { path: "/mnt/disk1", device: "254:0" }] }),
      ),
      `${STORE} hosts.a.drives "/mnt/disk1/": is on the root disk: mount the disk there, or leave path out and a Docker volume holds the drive`,
    ],
  ])("%#", (requirements, found, lines) =>
    expect(preflightLines([requirements].flat(), found)).toEqual([lines].flat()),
  );
});
