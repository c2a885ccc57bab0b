import { expect, test } from "vitest";
import { isVersionIn } from "../../engine/version.ts";
import { LABS } from "../../lab/slots.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { openBuckets, randomObject } from "./s3.ts";

describeOnLab(
  "an engine with other settings",
  (fixture) => {
    /** Restarts the engine with settings, and an image, because it uses another folder then. */
    const configure = async (settings: object) => {
      const { host } = fixture();
      await host.run("sh", "-ec", `echo '${JSON.stringify(settings)}' >/etc/docker/daemon.json`);
      await host.stopEngine();
      await host.startEngine();
      return ensureMinioImage(host.engine, { variant: "a" });
    };
    /** Creates a stack of kind `ssh` on the host, without encryption because these kernels have no ESP. */
    const stackWith = (drive: object, config: Record<string, unknown>) => {
      const { address, hostname, ssh } = fixture().host;
      const { user, identityFile, hostKey } = ssh;
      const hosts = { a: { address, hostname, user, identityFile, hostKey, drives: { d1: drive }, role: "manager" } };
      const none = { engine: undefined, hostname: undefined, endpointAddress: undefined };
      return fixture().stack({ ...none, stack: "ssh", encrypted: false, minReadySeconds: 1, hosts, ...config });
    };
    const disk = { path: "/mnt/disk1" };

    test("userns-remap: new folders get the owner that MinIO has; others and the host network are refused", async () => {
      const { host } = fixture();
      const users = [
        "100000:65536 >>/etc/subuid",
        "100000:65536 >>/etc/subgid",
        "x:64010:64010::/:/bin/false >>/etc/passwd",
      ];
      // Root in containers is an ordinary user, which must reach the engine's folder on this machine.
      const script = [
        ...[...users, "x:64010: >>/etc/group"].map((line) => `echo dockremap:${line}`),
        `mkdir /run/lab; mount --bind ${host.folder} /run/lab; mount -t tmpfs -o mode=711 tmpfs ${LABS}`,
        `mkdir -p -m 711 ${host.folder}; mount --move /run/lab ${host.folder}`,
        "mkdir /mnt/disk1/old",
      ];
      await host.run("sh", "-ec", script.join("\n"));
      const image = await configure({ "userns-remap": "default" });

      const { output } = await (await stackWith({ ...disk, subfolder: "old" }, { image })).expectFailure("preview");
      expect(output).toContain("belongs to user 0: run `chown -R 100000:100000 /mnt/disk1/old` there");
      const onHost = await (
        await stackWith({}, { image, driver: "host", encrypted: undefined })
      ).expectFailure("preview");
      expect(onHost.output).toContain("its engine maps users (userns-remap)");

      const stack = await stackWith(disk, { image });
      await stack.up();
      expect((await host.run("stat", "-c", "%u:%g", "/mnt/disk1/minio")).trim()).toBe("100000:100000");
      const { a } = await openBuckets(stack, "all");
      const object = randomObject();
      await a!.create();
      await a!.put("object", object);
      expect((await a!.get("object")).equals(object)).toBe(true);
      expect((await stack.preview()).steps).toEqual([]);
      await stack.destroy();
    });

    test("nftables: refused without Docker's feature for Swarm mode, and with allowFrom", async ({ skip }) => {
      const { host } = fixture();
      if (!isVersionIn((await host.engine.info()).ServerVersion, ">=29")) skip("Docker 29 is the first with nftables");
      // With nftables, Docker leaves this setting to the administrator.
      await host.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
      const backend = { "firewall-backend": "nftables" };
      const image = await configure(backend);
      const refused = await (await stackWith({}, { image })).expectFailure("preview");
      expect(refused.output).toContain("only supports with Docker's feature swarm-nftables");
      await configure({ ...backend, features: { "swarm-nftables": true } });
      const limited = await (await stackWith({}, { image, allowFrom: [host.address] })).expectFailure("preview");
      expect(limited.output).toContain("its firewall backend is nftables, and rules are set with iptables");

      const stack = await stackWith({}, { image });
      await stack.up();
      const { a } = await openBuckets(stack, "all");
      await a!.create();
      const object = randomObject();
      await a!.put("object", object);
      expect((await a!.get("object")).equals(object)).toBe(true);
      expect((await stack.preview()).steps).toEqual([]);
      await stack.destroy();
    });

    test("the storage driver vfs: volumes are refused, disks are not", async () => {
      const image = await configure({ "storage-driver": "vfs" });
      const { output } = await (await stackWith({}, { image })).expectFailure("preview");
      expect(output).toContain("its engine's storage driver is vfs");
      await fixture().host.run("rm", "-rf", "/mnt/disk1/minio");
      expect((await (await stackWith(disk, { image })).preview()).output).not.toContain("vfs");
    });
  },
  { disks: 1 },
);
