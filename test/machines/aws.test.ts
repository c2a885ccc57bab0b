import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AwsHosts } from "../../components/aws/index.ts";
import { Engine } from "../../engine/engine.ts";
import { loadImages } from "../../engine/images.ts";
import { HostKey, type HostKeyState } from "../../provider/hosts/host-key.ts";
import { prepareMinioImage } from "../../toolchain/minio-image.ts";
import { openBuckets } from "../integration/s3.ts";
import { TestStack } from "../integration/stack.ts";
import { type CloudLab, startCloud } from "../../lab/vm/cloud.ts";
import { CLOUD_USER, type CloudMachine } from "../../lab/vm/cloud-machine.ts";
import { machinesUnavailableReason } from "../../lab/vm/tools.ts";
import { awsCalls, awsOutputs } from "../unit/aws-mocks.ts";
import { runProgram } from "../unit/harness.ts";

/** Boots a virtual machine with the user data of the component, which an AWS mock cannot do. */
let cloud: CloudLab;
let machine: CloudMachine;
let hostKey: HostKeyState;
let userData: string;
/** The final status of cloud-init. */
let status: string;
let stack: TestStack | undefined;

const problem = machinesUnavailableReason();
const VOLUMES: Readonly<Record<string, string>> = {
  "prod-a-d1": "vol-0a1b2c3d4e5f60718",
  "prod-a-d2": "vol-0123456789abcdef0",
};
const MTU = 9001;

/** Returns the user data of a machine that the component passes to EC2. */
async function renderUserData(): Promise<string> {
  const { outs } = await HostKey.create({ hostname: "a" });
  hostKey = outs;
  const { resources } = await runProgram(
    () =>
      new AwsHosts("prod", {
        managers: { a: { zone: "eu-central-1a", volumes: { d1: {}, d2: {} } } },
        ...{ publicKeys: [cloud.publicKey], user: CLOUD_USER, allowZoneOutage: true },
        ...{ engineVersion: cloud.engineVersion, engineRepository: cloud.engineRepository },
      }),
    {
      answers: awsCalls(),
      ids: (_type, name) => VOLUMES[name],
      outputs: (type, name) => ({ ...awsOutputs(type, name), ...(type.endsWith(":HostKey") ? outs : {}) }),
    },
  );
  const instance = resources.find(({ type }) => type === "aws:ec2/instance:Instance");
  return instance?.inputs["userData"] as string;
}

/** Loads the store's image into the machine, which cannot pull it. Slow under emulation. */
async function loadImage(): Promise<string> {
  const { name, archive } = (await prepareMinioImage()).pack();
  await loadImages(new Engine(machine.connection), archive, 10 * 60_000);
  return name;
}

describe("a machine that boots with the user data of AwsHosts", () => {
  beforeAll(async () => {
    if (problem !== undefined) return;
    cloud = await startCloud();
    userData = await renderUserData();
    const { publicKey } = hostKey;
    machine = await cloud.boot({
      number: 1,
      userData,
      volumes: Object.values(VOLUMES),
      hostKey: publicKey,
      mtu: MTU,
    });
    status = await machine.waitForBoot();
  }, 40 * 60_000);
  afterAll(async () => {
    stack?.remove();
    await cloud?.stop();
  });
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });

  test("is valid by cloud-init's schema", async () => {
    expect(await machine.run("sudo cat /var/lib/cloud/instance/user-data.txt")).toBe(userData.trimEnd());
    const output = await machine.run("sudo cloud-init schema --config-file /var/lib/cloud/instance/user-data.txt 2>&1");
    expect(output).toContain("Valid cloud-config");
  });

  test("finishes without errors, with the given hostname and only the given host key", async () => {
    expect([status, machine.console].join("\n")).toMatch(/^status: done/m);
    expect(await machine.run("hostname")).toBe("a");
    expect(await machine.run("ls /etc/ssh/ssh_host_*")).toBe(
      "/etc/ssh/ssh_host_ecdsa_key\n/etc/ssh/ssh_host_ecdsa_key.pub",
    );
  });

  test("installs and pins the requested engine version, which the user may use", async () => {
    expect(await machine.run("docker version --format '{{.Server.Version}}'")).toContain(cloud.engineVersion);
    expect((await machine.run("apt-mark showhold")).split("\n")).toEqual(["docker-ce", "docker-ce-cli"]);
    expect(await machine.run("sudo systemctl is-enabled docker")).toBe("enabled");
  });

  test("mounts its volumes by id, also at the next boot, and sets kernel parameters", async () => {
    const mounted = async (path: string) => (await machine.run(`findmnt -no FSTYPE,SOURCE ${path}`)).split(/\s+/);
    for (const [at, id] of Object.values(VOLUMES).entries()) {
      const [type, source] = await mounted(`/mnt/d${at + 1}`);
      const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${id.replace("-", "")}`;
      expect([type, source]).toEqual(["xfs", await machine.run(`readlink -f ${device}`)]);
      expect(await machine.run(`grep -c '^${device} /mnt/d${at + 1} xfs ' /etc/fstab`)).toBe("1");
    }
    expect(await machine.run("sudo sysctl -n net.core.somaxconn net.ipv4.tcp_mtu_probing vm.swappiness")).toBe(
      "4096\n1\n1",
    );
  });

  test("keeps a volume's data if the setup script runs again", async () => {
    await machine.run(
      "sudo touch /mnt/d1/kept && sudo umount /mnt/d1 && sudo /usr/local/sbin/pulumi-swarm-setup",
      600_000,
    );
    expect(await machine.run("ls /mnt/d1")).toBe("kept");
    await machine.run("sudo rm /mnt/d1/kept");
  });

  test("can be used by `pulumi up` over ssh", async () => {
    const image = await loadImage();
    const host = {
      ...{ address: machine.address, user: CLOUD_USER, identityFile: cloud.identityFile, hostKey: hostKey.publicKey },
      drives: { d1: { path: "/mnt/d1" }, d2: { path: "/mnt/d2" } },
    };
    stack = await TestStack.create({ config: { stack: "ssh", hosts: { a: host }, mtu: MTU, image } });
    await stack.up();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    const { a: bucket } = await openBuckets(stack, "aws");
    await bucket!.create();
    await bucket!.put("object", Buffer.from("content"));
    expect((await bucket!.get("object")).toString()).toBe("content");
    expect(await machine.run("sudo ls /mnt/d1/minio")).toContain("aws");
  });
});
