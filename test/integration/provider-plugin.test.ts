import { expect, test } from "vitest";
import { nameFromUrn } from "../../commands/lib/events.ts";
import { describeOnLab } from "./lab-fixture.ts";

describeOnLab("the provider plugin", (fixture) => {
  test("logs at the resource, ends a wait at Ctrl-C, resumes, and shows the properties that change", async () => {
    const stack = await fixture().stack({ minReadySeconds: 600 });
    const up = stack.start("up", ["--yes", "--skip-preview"]);
    const waiting = () => up.events().find(({ diagnosticEvent }) => diagnosticEvent?.message.includes("s of at most"));
    await expect.poll(waiting, { timeout: 120_000 }).toBeDefined();
    expect(nameFromUrn(waiting()?.diagnosticEvent?.urn ?? "")).toBe("minio-main");

    process.kill(up.pid, "SIGINT");
    const { exitCode, output } = await up.outcome;
    expect(exitCode).not.toBe(0);
    expect(output).toContain("service minio-main: cancelled: ");

    stack.config("minReadySeconds", 1);
    await stack.up();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);

    stack.config("environment", { MINIO_REGION: "eu-central-1" });
    const { steps } = await stack.preview();
    const service = steps.find(({ name }) => name === "minio-main");
    expect(service?.diffs).toContainEqual(expect.stringMatching(/^spec\.TaskTemplate\.ContainerSpec\.Env\[\d+\]$/));
    expect(service?.diffs).not.toContain("spec");
  });
});
