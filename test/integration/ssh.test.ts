import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../toolchain/run.ts";
import type { LabHost } from "../../lab/lab.ts";
import { getEngineContents } from "./engine-contents.ts";
import { openBuckets, randomObject, waitUntilShared } from "./s3.ts";
import { describeOnLab } from "./lab-fixture.ts";

describeOnLab(
  "hosts reached by ssh",
  (fixture) => {
    const machine = (number: number, change: Record<string, unknown> = {}) => {
      const { address, hostname, ssh } = fixture().lab.host(number);
      const { user, identityFile, hostKey } = ssh;
      const drives = { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } };
      return { address, hostname, user, identityFile, hostKey, drives, role: "manager", ...change };
    };
    /** A stack of kind `ssh`, without encryption because these kernels have no ESP. */
    const stackOf = (hosts: Record<string, object>, config: Record<string, unknown> = {}) => {
      const none = { engine: undefined, hostname: undefined, endpointAddress: undefined };
      return fixture().stack({ ...none, stack: "ssh", encrypted: false, hosts, timeoutSeconds: 4, ...config });
    };
    const folders = (host: LabHost) => host.run("sh", "-c", "ls -A /mnt/disk*");
    const everything = () => {
      const { hosts } = fixture().lab;
      return Promise.all(hosts.map(async (host) => [await getEngineContents(host.engine), await folders(host)]));
    };
    /** Returns the output of an `up` that is refused and changes nothing on any host. */
    const refusal = async (hosts: Record<string, object>, config: Record<string, unknown> = {}) => {
      const before = await everything();
      const stack = await stackOf(hosts, config);
      const { output } = await stack.expectFailure("up");
      expect(await everything()).toEqual(before);
      expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
      return output;
    };

    test("are refused with one line each if authentication fails, and the other hosts are not changed", async () => {
      const [one, two] = [fixture().lab.host(1), fixture().lab.host(2)];
      const stranger = join(dirname(one.ssh.identityFile), "stranger");
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", stranger]);
      const output = await refusal({
        a: machine(1, { hostKey: two.ssh.hostKey }),
        b: machine(2, { identityFile: stranger }),
        c: machine(3),
        d: machine(3, { address: one.address.replace(/\d+$/, "99"), hostname: "node4" }),
      });
      for (const line of [
        /host a: .*ssh:\/\/root@\S+ does not answer: its host key has changed.*give its new key/,
        /host b: .*ssh:\/\/root@\S+ does not answer: user "root" cannot authenticate: none of the offered keys.*waited 4 s/,
        /host d: .*ssh:\/\/root@\S+99 does not answer: .*(no route|nothing answers).*waited 4 s/,
      ]) {
        expect(output).toMatch(line);
      }
      expect(output).not.toMatch(/host c:/);
    });

    test("are refused for all problems at once that only their user can fix", async () => {
      const output = await refusal({
        a: machine(1, { user: "guest" }),
        b: machine(2, { hostname: "other" }),
        c: machine(3, {
          drives: { d1: { path: "/mnt/none" }, d2: { path: "/usr/share" }, d3: { path: "/mnt/disk1" } },
        }),
      });
      for (const line of [
        /host a: user "guest" may not use the engine there: add the user to the group `docker`/,
        /host b: hostname "other": the machine at \S+ calls itself "node2"; give hostname: "node2"/,
        /host c: drives.d1.path "\/mnt\/none": there is no such folder/,
        /host c: drives.d2.path "\/usr\/share": is a plain folder of another disk/,
      ]) {
        expect(output).toMatch(line);
      }
    });

    test("are refused without a permission that their drives need", async () => {
      await fixture().lab.host(1).run("usermod", "--append", "--groups", "docker", "guest");
      const output = await refusal({ a: machine(1, { user: "guest" }) });
      expect(output).toMatch(/host a: could not create \/mnt\/disk1\/minio.*: user "guest" may not become root/);
      await fixture().lab.host(1).run("gpasswd", "--delete", "guest", "docker");
    });

    test("form one store with an empty second preview, and keep only the data after destroy", async () => {
      const { address, ssh } = fixture().lab.host(1);
      const hosts = {
        a: machine(1),
        b: machine(2, { user: "operator" }),
        c: machine(3, { jumpHost: `operator@${address}`, jumpHostKey: ssh.hostKey }),
      };
      const stack = await stackOf(hosts, { timeoutSeconds: 60, minReadySeconds: 1 });
      await stack.up();
      await waitUntilShared(stack);
      const through = await openBuckets(stack, "all");
      expect(Object.keys(through)).toEqual(["a", "b", "c"]);
      const object = randomObject();
      await through["a"]!.create();
      await through["b"]!.put("object", object);
      for (const bucket of Object.values(through)) expect((await bucket.get("object")).equals(object)).toBe(true);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);

      // An unreachable host causes neither a change nor a failure.
      await fixture().lab.host(3).stop();
      expect((await stack.preview()).steps.filter(({ name }) => name.startsWith("hosts"))).toEqual([]);
      await fixture().lab.host(3).start();

      stack.config("hosts", { ...hosts, c: { ...hosts.c, availability: "pause" } });
      const { steps } = await stack.up();
      expect(steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update swarm", "update swarm-member-c"]);
      const nodes = await fixture().host.engine.listNodes();
      const paused = nodes.filter(({ Spec }) => Spec.Availability === "pause");
      expect(paused.map(({ Description }) => Description.Hostname)).toEqual([fixture().lab.host(3).hostname]);

      await stack.destroy();
      for (const host of fixture().lab.hosts) {
        expect((await host.engine.info()).Swarm.LocalNodeState).toBe("inactive");
        expect(await folders(host)).toContain("minio");
      }
    });
  },
  { hosts: 3, disks: 2 },
);
