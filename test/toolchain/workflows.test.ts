import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { MARKER } from "../../commands/preview-pr/comment.ts";
import { ensureActionlint } from "../../toolchain/actionlint.ts";
import { readIfExists, ROOT } from "../../toolchain/cache.ts";
import { run } from "../../toolchain/run.ts";

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}
interface Job {
  if?: string;
  permissions?: Record<string, string>;
  environment?: string;
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: unknown;
  jobs: Record<string, Job>;
}

const FOLDER = join(ROOT, ".github", "workflows");
const FILES = readdirSync(FOLDER);
const ACTION = join(ROOT, ".github", "actions", "reach-hosts", "action.yml");

const text = (file: string) => readFileSync(join(FOLDER, file), "utf8");
const read = (file: string) => parse(text(file)) as Workflow;
const jobs = FILES.flatMap((file) =>
  Object.entries(read(file).jobs).map(([name, job]) => ({ title: `${file}: ${name}`, file, name, job })),
);

describe("actionlint", () => {
  let folder: string;
  let actionlint: string;
  // Built only once, because it has a dozen modules.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-workflows-"));
    actionlint = await ensureActionlint();
  }, 5 * 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // The result must not depend on whether the machine has shellcheck.
  const lint = (...files: string[]) =>
    run(actionlint, ["-no-color", "-shellcheck=", "-pyflakes=", ...files], { cwd: ROOT });

  test("finds nothing in the workflows", async () => {
    expect(FILES.length).toBeGreaterThan(0);
    expect(await lint(...FILES.map((file) => join(FOLDER, file)))).toBe("");
  });

  test("finds a pull request's text in a script, where it would be executed", async () => {
    const file = join(folder, "bad.yml");
    const steps = [{ run: 'echo "${{ github.event.pull_request.title }}"' }];
    writeFileSync(
      file,
      JSON.stringify({ on: { pull_request: null }, jobs: { bad: { "runs-on": "ubuntu-24.04", steps } } }),
    );
    await expect(lint(file)).rejects.toThrow(/potentially untrusted/);
  });
});

describe.each(FILES)("%s", (file) => {
  test("grants no permissions except those of its jobs", () => {
    expect(read(file).permissions).toEqual({});
  });

  test("never runs for a fork with this repository's permissions", () => {
    expect(Object.keys(read(file).on)).not.toContain("pull_request_target");
    expect(Object.keys(read(file).on)).not.toContain("workflow_run");
  });

  test("pins every action to a commit, and names its release", () => {
    for (const line of text(file)
      .split("\n")
      .filter((one) => /\buses:/.test(one))) {
      expect(line).toMatch(/uses: (\.\/\.github\/actions\/[\w-]+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
    }
  });
});

describe.each(jobs)("$title", ({ name, job }) => {
  const secrets = JSON.stringify(job).includes("secrets.");

  test("requests only the permissions that it needs", () => {
    expect(job.permissions).toEqual(name === "comment" ? { "pull-requests": "write" } : { contents: "read" });
  });

  test("does not keep git credentials", () => {
    const checkouts = job.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    for (const step of checkouts) expect(step.with).toMatchObject({ "persist-credentials": false });
  });

  test("has no expression in a script: external input is passed in variables", () => {
    for (const step of job.steps) expect(step.run ?? "").not.toContain("${{");
  });

  test("uses secrets only in an environment", () => {
    expect(secrets && job.environment === undefined).toBe(false);
  });
});

test.each(["preview.yml", "up.yml"])("%s runs a policy pack of this repository", (file) => {
  const packs = [...text(file).matchAll(/--policy-pack (\S+)/g)].map(([, path]) => path!);
  expect(packs.map((path) => existsSync(join(ROOT, path)))).toEqual([true]);
});

test("no script of an action contains an expression", () => {
  const { runs } = parse(readFileSync(ACTION, "utf8")) as { runs: { steps: Step[] } };
  for (const step of runs.steps) expect(step.run ?? "").not.toContain("${{");
});

describe("the preview", () => {
  const { preview, comment } = read("preview.yml").jobs;

  test("does not run for a fork's pull request", () => {
    expect(preview?.if).toBe("github.event.pull_request.head.repo.full_name == github.repository");
  });

  test("runs none of the pull request's code in the job that may write", () => {
    expect(comment?.steps.map(({ uses }) => uses?.split("@")[0])).toEqual(["actions/download-artifact", undefined]);
    expect(JSON.stringify(comment)).not.toContain("secrets.");
  });

  test("looks for the marker at the start of the comments", () => {
    const env = comment?.steps.flatMap((step) => step.env?.["MARKER"] ?? []);
    expect(env).toEqual([MARKER]);
    expect(preview?.steps.some((step) => step.run?.includes(MARKER))).toBe(true);
  });
});

describe("the step that writes the comment", () => {
  const script = read("preview.yml").jobs["comment"]?.steps.find((step) => step.run)?.run ?? "";
  /** A fake GitHub client: finds the comments in $FOUND, and records all other requests. */
  const GH =
    '#!/bin/sh\ncase "$2" in --paginate) [ -z "$FOUND" ] || printf "%s\\n" $FOUND ;; *) echo "$@" >> asked ;; esac\n';

  test.each<[string, { found?: string; any: string; comment: string }, string]>([
    ["edits the existing one", { found: "17 23", any: "true", comment: "text" }, "PATCH repos/o/r/issues/comments/17"],
    ["creates the first one", { any: "true", comment: "text" }, "POST repos/o/r/issues/4/comments"],
    [
      "replaces the text of one on environments that no longer change",
      { found: "17", any: "false", comment: "x" },
      "PATCH",
    ],
    ["creates none if no environment changes", { any: "false", comment: "text" }, ""],
    ["creates none without a text", { any: "true", comment: "" }, ""],
  ])("%s", async (_what, { found = "", any, comment }, expected) => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-comment-"));
    try {
      writeFileSync(join(folder, "gh"), GH, { mode: 0o755 });
      writeFileSync(join(folder, "comment.md"), comment);
      const env = { PATH: `${folder}:${process.env["PATH"]}`, FOUND: found, ANY: any, REPOSITORY: "o/r", NUMBER: "4" };
      await run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], { cwd: folder, env });
      const asked = readIfExists(join(folder, "asked")) ?? "";
      expect(asked).toContain(expected);
      expect(asked.trim().split("\n").filter(Boolean)).toHaveLength(expected === "" ? 0 : 1);
      if (expected !== "") expect(asked).toContain("--field body=@comment.md");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test("an `up` waits for its environment's protection, and is never cancelled", () => {
  expect(read("up.yml").jobs["up"]).toMatchObject({
    environment: "${{ matrix.stack }}",
    concurrency: { "cancel-in-progress": false },
    strategy: { "max-parallel": 1 },
  });
});
