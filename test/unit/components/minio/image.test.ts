import { describe, expect, test } from "vitest";
import { imageBasename, validateImage, imageWarning } from "../../../../components/minio/spec/image.ts";
import { defaultHealthcheckClient } from "../../../../components/minio/spec/probes.ts";
import { DEFAULT_MINIO_IMAGE } from "../../../../core/default-images.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

test("defaults to the maintained fork, pinned by tag and digest", () => {
  expect(DEFAULT_MINIO_IMAGE).toBe(
    "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:635197cb9f36d01bee221d34d1c7d7960f6a95c48b0b6c01d99cd13bdae51a46",
  );
  expect(validateImage(DEFAULT_MINIO_IMAGE)).toEqual([]);
  expect(imageWarning(DEFAULT_MINIO_IMAGE)).toBeUndefined();
});

describe("rejects", () => {
  const gone = `MinIO's repositories on Docker Hub were deleted: use the maintained ${DEFAULT_MINIO_IMAGE}`;
  const latest = `is tagged "latest", which changes with every release: give a release by tag and digest, such as ${DEFAULT_MINIO_IMAGE}`;
  const noDigest =
    "has no digest, and hosts may then run different binaries: add @sha256:…, as `docker buildx imagetools inspect` prints it";
  const nonsense = `is not an image reference: give name:tag@sha256:…, such as ${DEFAULT_MINIO_IMAGE}`;
  test.each([
    ["minio/minio", gone],
    ["minio/minio:latest", gone],
    [`minio/minio:RELEASE.1@${DIGEST}`, gone],
    [`docker.io/minio/minio:RELEASE.1@${DIGEST}`, gone],
    [`index.docker.io/minio/minio@${DIGEST}`, gone],
    ["docker.io/minio/mc", gone],
    ["pgsty/silo:latest", latest],
    [`pgsty/silo:latest@${DIGEST}`, latest],
    ["pgsty/silo", noDigest],
    ["pgsty/silo:RELEASE.2026-09-16T00-00-00Z", noDigest],
    ["localhost:5000/silo:1", noDigest],
    ["", nonsense],
    ["Silo Image", nonsense],
    ["pgsty/silo@sha256:abc", nonsense],
    ["sha256:abc", noDigest],
    ["localhost:1/pulumi-swarm/minio:latest", latest],
    ["localhost:1/pulumi-swarm/minio:2026-02-12", noDigest],
    ["localhost:1/others/minio:2026-02-12-0123456789ab", noDigest],
    ["localhost:11/pulumi-swarm/minio:2026-02-12-0123456789ab", noDigest],
    ["registry.example/localhost:1/pulumi-swarm/minio:2026-02-12-0123456789ab", nonsense],
  ])("%s", (image, problem) => {
    expect(validateImage(image).map((finding) => formatIssue("MinioService", finding))).toEqual([
      `MinioService: image "${image}": ${problem}`,
    ]);
  });
});

test.each([
  [`pgsty/silo:RELEASE.2026-09-16T00-00-00Z@${DIGEST}`, "silo", "silo"],
  [`pgsty/silo@${DIGEST}`, "silo", "silo"],
  [`localhost:5000/mirror/silo:1@${DIGEST}`, "silo", "silo"],
  [`registry.example:5000/minio:1@${DIGEST}`, "minio", "mc"],
  [`quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z@${DIGEST}`, "minio", "mc"],
  [DIGEST, undefined, "mc"],
  ["localhost:1/pulumi-swarm/minio:2026-02-12-0123456789ab", "minio", "mc"],
])("accepts %s", (image, basename, tools) => {
  expect(validateImage(image)).toEqual([]);
  expect(imageBasename(image)).toBe(basename);
  expect(defaultHealthcheckClient(image)).toBe(tools);
});

test.each([`quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z@${DIGEST}`, DIGEST])("warns about %s", (image) => {
  expect(imageWarning(image)).toMatch(/CVE-2026-40344 and CVE-2026-41145/);
});

test("does not warn about our own image, which contains the fixes", () => {
  expect(imageWarning("localhost:1/pulumi-swarm/minio:2026-02-12-0123456789ab")).toBeUndefined();
});
