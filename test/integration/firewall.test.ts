import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { onLab } from "./scene.ts";
import { TestStack } from "./stack.ts";

onLab(
  "ports that are not for everybody",
  (scene) => {
    test("let in who is named, whatever happens to the engine and the rules, and leave nothing", async () => {
      const { lab, images, host } = scene();
      const { address, hostname, ssh } = host;
      const { user, identityFile, hostKey } = ssh;
      const hosts = { [hostname]: { address, user, identityFile, hostKey, drives: { d1: {} } } };
      const neighbour = lab.host(2).address;
      const here = address.replace(/\.1$/, ".254");
      const stack = await TestStack.create({
        project: join(ROOT, "test", "integration", "programs", "firewall"),
        config: { hosts, image: images.a, allowFrom: [neighbour] },
      });
      const url = `http://${address}:9000/minio/health/live`;
      const status = ["-s", "-m", "3", "-o", "/dev/null", "-w", "%{http_code}", url];
      const who = async () => ({
        neighbour: (await lab.exec(2, "curl", ...status).catch(() => "")) === "200",
        here: await fetch(url, { signal: AbortSignal.timeout(3_000) }).then(
          ({ ok }) => ok,
          () => false,
        ),
        itself: (await lab.exec(1, "curl", ...status).catch(() => "")) === "200",
      });
      const neighbourAlone = { neighbour: true, here: false, itself: true };
      const hereAlone = { neighbour: false, here: true, itself: true };
      try {
        expect((await stack.up()).output).toMatch(/node1 has no systemd.*have it run \/etc\/pulumi-swarm\/firewall\//);
        expect(await who()).toEqual(neighbourAlone);
        expect((await stack.preview()).steps).toEqual([]);

        await host.stopEngine();
        await host.startEngine();
        await expect.poll(who, { timeout: 60_000, interval: 500 }).toEqual(neighbourAlone);

        const chain = (await rules()).match(/PULUMI-SWARM-\w+/)?.[0] ?? "";
        await lab.exec(1, "iptables", "-F", chain);
        expect(await who()).toMatchObject({ here: true });
        expect((await stack.preview({ refresh: true })).output).toContain("not as they were set");
        await stack.up({ refresh: true });
        expect(await who()).toEqual(neighbourAlone);

        stack.config("allowFrom", [here]);
        await stack.up();
        expect(await who()).toEqual(hereAlone);

        await lab.kill(1);
        await lab.start(1);
        await lab.exec(1, "sh", `/etc/pulumi-swarm/firewall/${chain}.sh`);
        await expect.poll(who, { timeout: 60_000, interval: 500 }).toEqual(hereAlone);
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);

        stack.config("allowFrom", undefined);
        await stack.up();
        expect(await who()).toEqual({ neighbour: true, here: true, itself: true });
        expect(await rules()).not.toContain("PULUMI-SWARM");
        expect(await lab.exec(1, "ls", "/etc")).not.toContain("pulumi-swarm");
        await stack.destroy();
      } finally {
        stack.remove();
      }

      async function rules(): Promise<string> {
        return `${await lab.exec(1, "iptables-save")}${await lab.exec(1, "ip6tables-save")}`;
      }
    });
  },
  { hosts: 2 },
);
