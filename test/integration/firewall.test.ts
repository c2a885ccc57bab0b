import { join } from "node:path";
import { expect, test } from "vitest";
import { isVersionIn } from "../../engine/version.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { TestStack } from "./stack.ts";

const HEALTH = "/minio/health/live";

describeOnLab(
  "ports with restricted access",
  (fixture) => {
    test("answer only allowed clients after restarts and changed rules, and leave no rules behind", async () => {
      const { lab, images, host } = fixture();
      const { address, hostname, ssh } = host;
      const { user, identityFile, hostKey } = ssh;
      const hosts = { [hostname]: { address, user, identityFile, hostKey, drives: { d1: {} } } };
      const neighbour = lab.host(2).address;
      const here = address.replace(/\.1$/, ".254");
      const stack = await TestStack.create({
        project: join(ROOT, "test", "integration", "programs", "firewall"),
        config: { hosts, image: images.a, allowFrom: [neighbour] },
      });
      try {
        expect((await stack.up()).output).toMatch(/node1 has no systemd.*at boot: run \/etc\/pulumi-swarm\/firewall\//);
        const routed = await canRouteToContainers();
        const neighbourAlone = { neighbour: true, routed, ipv6: false, task: false, here: false, itself: true };
        const hereAlone = { ...neighbourAlone, neighbour: false, routed: false, here: true };
        expect(await getClients()).toEqual(neighbourAlone);

        await host.stopEngine();
        await host.startEngine();
        await expect.poll(getClients, { timeout: 60_000, interval: 500 }).toEqual(neighbourAlone);

        // Other programs insert rules before ours, too.
        await lab.exec(1, "iptables", "-I", "FORWARD", "1", "-p", "tcp", "-j", "ACCEPT");
        expect(await getClients()).toMatchObject({ here: true });
        await lab.exec(1, "iptables", "-I", "DOCKER-USER", "1", "-j", "ACCEPT");
        const chain = (await rules()).match(/PULUMI-SWARM-\w+/)?.[0] ?? "";
        await lab.exec(1, "iptables", "-F", `${chain}-IN`);
        const { output, steps } = await stack.preview({ refresh: true });
        expect(output).toMatch(
          /firewall rules have drifted: .*FORWARD: "-A FORWARD -p tcp -j ACCEPT" stands before PULUMI-SWARM/,
        );
        expect(output).toMatch(/DOCKER-USER: "-A DOCKER-USER -j ACCEPT" stands before PULUMI-SWARM-\w+, .*-IN/);
        expect(steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update store-firewall-node1"]);
        await stack.up({ refresh: true });
        expect(await getClients()).toEqual(neighbourAlone);

        stack.config("allowFrom", [here]);
        await stack.up();
        expect(await getClients()).toEqual(hereAlone);

        await lab.kill(1);
        await lab.start(1);
        await lab.exec(1, "sh", `/etc/pulumi-swarm/firewall/${chain}.sh`);
        await expect.poll(getClients, { timeout: 60_000, interval: 500 }).toEqual(hereAlone);
        expect((await stack.preview({ refresh: true })).steps).toEqual([]);

        stack.config("allowFrom", undefined);
        await stack.up();
        expect(await getClients()).toEqual({ ...neighbourAlone, ipv6: true, task: true, here: true });
        expect(await rules()).not.toContain("PULUMI-SWARM");
        expect(await lab.exec(1, "ls", "/etc")).not.toContain("pulumi-swarm");
        await stack.destroy();
      } finally {
        stack.remove();
      }
    });

    test("of a local stack answer only this machine, unless a setting allows others", async () => {
      const { lab, host } = fixture();
      const elsewhere = await fixture().stack({ expose: undefined });
      expect((await elsewhere.expectFailure("preview")).output).toMatch(
        /no rules can be set for host "local": its engine at unix:.* is in another network namespace.*set pulumi-swarm:expose/,
      );

      const own = { engine: undefined, hostname: undefined, endpointAddress: undefined, drives: { d1: {} } };
      const stack = await fixture().stack({ ...own, expose: undefined }, { runOn: host });
      await stack.up();
      const itselfAlone = { neighbour: false, routed: false, ipv6: false, task: false, here: false, itself: true };
      expect(await getClients()).toEqual(itselfAlone);
      expect(await stack.outputs()).toMatchObject({ endpoint: "http://127.0.0.1:9000" });
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);

      stack.config("allowFrom", [lab.host(2).address]);
      await stack.up();
      expect(await getClients()).toEqual({ ...itselfAlone, neighbour: true, routed: await canRouteToContainers() });

      await stack.destroy();
      expect(await rules()).not.toContain("PULUMI-SWARM");
      expect(await lab.exec(1, "ls", "/etc")).not.toContain("pulumi-swarm");
    });

    /** Docker 28 and later drop packets to the addresses of containers, from allowed clients too. */
    async function canRouteToContainers(): Promise<boolean> {
      const isDropped = /-A PREROUTING -d \S+ ! -i docker_gwbridge -j DROP/.test(await rules());
      expect(isDropped).toBe(isVersionIn((await fixture().host.engine.info()).ServerVersion, ">=28"));
      return !isDropped;
    }

    /** Returns which clients can connect to the store on the first machine. */
    async function getClients() {
      const { lab, host } = fixture();
      const shell = (number: number, script: string) => lab.exec(number, "sh", "-ec", script).catch(() => "");
      const curl = "curl -s -m 2 -o /dev/null -w %{http_code}";
      const url = `http://${host.address}:9000${HEALTH}`;
      // The container's address, to which a neighbour may add a route.
      const target = await shell(1, "iptables -t nat -S DOCKER | sed -n 's/.*--dport 9000 .*--to-destination //p'");
      const [container = ""] = target.trim().split(":");
      const local = (await shell(1, "ip -6 -o addr show eth0 | sed -n 's/.*inet6 \\([^/]*\\).*/\\1/p'")).trim();
      const requests = {
        neighbour: shell(2, `${curl} ${url}`),
        routed: shell(
          2,
          `ip route replace ${container}/32 via ${host.address}; ${curl} http://${container}:9000${HEALTH}`,
        ),
        ipv6: shell(2, `${curl} 'http://[${local}%25eth0]:9000${HEALTH}'`),
        // Tasks of other services use the same bridge as the engine's ingress sandbox.
        task: shell(1, `nsenter --net=/run/docker/netns/ingress_sbox ${curl} ${url}`),
        here: fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
          ({ status }) => String(status),
          () => "",
        ),
        itself: shell(1, `${curl} ${url}`),
      };
      const answers = Object.entries(requests).map(async ([from, answer]) => [from, (await answer) === "200"] as const);
      return Object.fromEntries(await Promise.all(answers));
    }

    async function rules(): Promise<string> {
      const { lab } = fixture();
      return `${await lab.exec(1, "iptables-save")}${await lab.exec(1, "ip6tables-save")}`;
    }
  },
  { hosts: 2 },
);
