import { beforeAll, expect, test } from "vitest";
import { previewComment } from "../../commands/preview-pr/comment.ts";
import { type PreviewReport, previewReport } from "../../commands/preview-pr/report.ts";
import { statusPage } from "../../commands/status/html/page.ts";
import { ONE_DRIVE, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

const SECRET = "quite-a-secret-name";

/** Comments built from previews on a real engine. */
describeOnLab("the comment on a pull request", (fixture) => {
  let stack: TestStack;
  let reports: PreviewReport[];
  let comment: string;

  beforeAll(async () => {
    stack = await fixture().stack({ drives: ONE_DRIVE, buckets: { old: {}, kept: {} } });
    await stack.up();
    const before = previewReport(await stack.previewRun());
    stack.config("buckets", { kept: {}, fresh: {} });
    stack.config("subnet", "10.30.0.0/24");
    stack.config("allowOutage", true);
    stack.config("rootPasswordGeneration", "2");
    await stack.pulumi("config", "set", "--secret", "--path", "pulumi-swarm:environment.MINIO_SITE_NAME", SECRET);
    const after = previewReport(await stack.previewRun());
    reports = [before, after];
    comment = previewComment(reports);
  });

  test("is about a healthy store, whose status page says so", async () => {
    const status = await stack.status();
    expect(status.problems).toEqual([]);
    const page = statusPage(status, new Date());
    for (const part of ["all is well", fixture().host.hostname, "minio-main", "/drives/d1", "write quorum"]) {
      expect(page).toContain(part);
    }
  });

  test("says that nothing changes if nothing does", () => {
    expect(reports[0]).toMatchObject({ succeeded: true, impacts: [], components: [] });
    expect(comment).toContain("Nothing changes.");
  });

  test("lists what is created, updated, replaced and deleted, by component", () => {
    const of = (title: string) => {
      const component = reports[1]!.components.find(({ type, name }) => `${type} ${name}` === title);
      return component?.changes.map(({ operation, name }) => `${operation} ${name}`).toSorted();
    };
    expect(of("OverlayNetwork network")).toEqual(["replace network-network", "update network-allocation"]);
    expect(of("MinioService minio")).toEqual([
      "replace minio-mc-host-config",
      "replace minio-root-password",
      "replace minio-root-user",
      "update minio-credentials",
      "update minio-main",
      "update minio-root-keys",
    ]);
    expect(of("MinioBucket fresh")).toEqual(["create fresh"]);
    expect(of("MinioBucket old")).toEqual(["delete old"]);
  });

  test("lists effects on data first, then that all members restart at once and how long that takes", () => {
    const effects = reports[1]!.impacts.map(({ kind, resource }) => `${kind} ${resource}`);
    expect(effects.slice(0, 1)).toEqual(["data old"]);
    expect(effects).toEqual(
      expect.arrayContaining(["outage network-network", "outage minio-main", "access minio-credentials"]),
    );
    expect(comment).toMatch(/> \[!CAUTION\]\n> - \*\*Data loss\*\*\n> - `old` \(swarm:Bucket, delete\)/);
    expect(comment).toMatch(
      /`minio-main` .*all tasks restart at once, a short outage: .*to stop the tasks \(at most 60 s\)/,
    );
    const own = previewComment(reports.slice(1));
    expect(own.indexOf("CAUTION")).toBeLessThan(own.indexOf("<details>"));
  });

  test("contains no secret, even if the program passed one on as plain text", () => {
    expect(comment).toContain("MINIO_SITE_NAME=[secret]");
    expect(comment + JSON.stringify(reports)).not.toContain(SECRET);
  });

  test("shows the reason of a refused change", async () => {
    stack.config("allowOutage", undefined);
    const report = previewReport(await stack.previewRun());
    expect(report.succeeded).toBe(false);
    expect(previewComment([report])).toMatch(
      /\*\*The preview failed[^]*subnet "10\.30\.0\.0\/24"[^]*allowOutage: true/,
    );
  });
});
