import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { REGISTRY_LOGINS } from "../../lab/registry.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { readFileText } from "./file-text.ts";
import { describeOnLab } from "./lab-fixture.ts";
import { TestStack } from "./stack.ts";

/** A private registry, whose login is given, rotated, and then taken from a credential helper. */
describeOnLab(
  "images of a private registry",
  (fixture) => {
    let stack: TestStack;
    let address: string;
    let images: { a: string; b: string };
    /** Folder of the credential helper, and the folder of Docker's configuration. */
    let programs: string;

    beforeAll(async () => {
      const { lab, host } = fixture();
      const registry = await lab.privateRegistry("first");
      address = registry.address;
      images = {
        a: await registry.push(host.engine, fixture().images.a, "team/minio-a"),
        b: await registry.push(host.engine, fixture().images.b, "team/minio-b"),
      };
      const hosts = Object.fromEntries(
        lab.hosts.map(({ hostname, socket, address }) => [hostname, { engine: socket, address }]),
      );
      programs = join(lab.host(1).folder, "helpers");
      mkdirSync(programs);
      stack = await TestStack.create({
        project: join(ROOT, "test", "integration", "programs", "registry"),
        config: { hosts, image: images.a, username: REGISTRY_LOGINS.first.username },
        env: { PATH: `${programs}:${process.env["PATH"]}` },
      });
    });

    const givePassword = (password: string) =>
      stack.pulumi("config", "set", "--secret", "pulumi-swarm:password", password);

    /** Logs in as `docker login` does with a credential helper. */
    function useHelper({ username, password }: { username: string; password: string }): void {
      const helper = join(programs, "docker-credential-lab");
      const answer = JSON.stringify({ ServerURL: address, Username: username, Secret: password });
      writeFileSync(helper, `#!/bin/sh\nread -r server\n[ "$server" = ${address} ] && echo '${answer}'\n`);
      chmodSync(helper, 0o755);
      mkdirSync(join(stack.folder, "docker"), { recursive: true });
      const config = { auths: { [address]: {} }, credHelpers: { [address]: "lab" } };
      writeFileSync(join(stack.folder, "docker", "config.json"), JSON.stringify(config));
    }

    async function runningTasks() {
      const tasks = await fixture().host.engine.listTasks({ "desired-state": ["running"] });
      return tasks
        .filter(({ Status }) => Status.State === "running")
        .map(({ ID, Spec }) => ({ ID, image: Spec.ContainerSpec.Image }))
        .toSorted((one, other) => one.ID.localeCompare(other.ID));
    }

    const rejected = (source: string, fix: string) =>
      new RegExp(
        `: service (store|app): ${source}: registry ${address} rejects this login for image ${address}/team/minio-\\w@\\S+: ${fix}`,
      );

    test("with a wrong password are one line in the preview, without the password", async () => {
      await givePassword("wrong-password");
      const { output } = await stack.expectFailure("preview");
      expect(output).toMatch(rejected('registryCredentials.username "deploy"', "correct username and password"));
      expect(output).not.toContain("wrong-password");
      expect((await fixture().host.engine.info()).Swarm.LocalNodeState).toBe("inactive");
    });

    test("are pulled by every node, and the second preview is empty", async () => {
      await givePassword(REGISTRY_LOGINS.first.password);
      await stack.up();
      const tasks = await runningTasks();
      expect(tasks.map(({ image }) => image)).toEqual(Array(4).fill(images.a));
      for (const { engine } of fixture().lab.hosts) expect(await engine.hasImage(images.a)).toBe(true);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("keep running when the password is rotated, and are pulled again with the new one", async () => {
      const { lab, host } = fixture();
      const before = await runningTasks();
      await lab.privateRegistry("second");
      await givePassword(REGISTRY_LOGINS.second.password);
      const { steps } = await stack.up();
      // Components record their arguments.
      expect(steps.map(({ op, type }) => `${op} ${type}`).toSorted()).toEqual([
        "update swarm:index:MinioService",
        "update swarm:index:Service",
        "update swarm:index:Service",
        "update swarm:index:SwarmService",
      ]);
      expect(await runningTasks()).toEqual(before);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);

      const second = lab.host(2);
      const containers = await second.engine.listContainers();
      await second.run("docker", "rmi", "--force", images.a);
      expect(await second.engine.hasImage(images.a)).toBe(false);
      await second.run("docker", "kill", ...containers.map(({ Id }) => Id));
      const isReplaced = (tasks: typeof before) =>
        tasks.length === 4 && tasks.filter(({ ID }) => before.some((old) => old.ID === ID)).length === 2;
      await expect.poll(async () => isReplaced(await runningTasks()), { timeout: 120_000, interval: 500 }).toBe(true);
      expect(await second.engine.hasImage(images.a)).toBe(true);
      expect(await host.engine.hasImage(images.a)).toBe(true);
    });

    test("are pulled with the login of a credential helper, and a wrong one is one line in the preview", async () => {
      await stack.pulumi("config", "rm", "pulumi-swarm:password");
      stack.config("image", images.b);
      useHelper(REGISTRY_LOGINS.first);
      const { output } = await stack.expectFailure("preview");
      expect(output).toMatch(
        rejected(
          `the login of docker-credential-lab, named in ${stack.folder}/docker/config.json`,
          `log in again with \`docker login ${address}\`, or give registryCredentials`,
        ),
      );
      expect(output).not.toContain(REGISTRY_LOGINS.first.password);

      useHelper(REGISTRY_LOGINS.second);
      await stack.up();
      expect((await runningTasks()).map(({ image }) => image)).toEqual(Array(4).fill(images.b));
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("leave no password in any file of the stack, nor in the engine's answers", async () => {
      const passwords = Object.values(REGISTRY_LOGINS).map(({ password }) => password);
      const texts = [...passwords, ...passwords.map((text) => Buffer.from(text).toString("base64"))];
      const files = readdirSync(stack.folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
      expect(files.length).toBeGreaterThan(5);
      const leaking = files
        .map((file) => join(file.parentPath, file.name))
        .filter((file) => texts.some((text) => readFileText(file).includes(text)));
      expect(leaking).toEqual([]);
      const services = JSON.stringify(await fixture().host.engine.listServices());
      expect(texts.filter((text) => services.includes(text))).toEqual([]);
      await stack.destroy();
    });
  },
  { hosts: 2 },
);
