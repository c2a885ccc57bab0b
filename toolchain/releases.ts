import { PULUMI } from "./versions.ts";

/** Where Pulumi releases its CLI and its plugins. Users' package managers take the CLI from here, with its checksums. */
export const RELEASES = "https://github.com/pulumi";

/** A released file. */
export interface ReleasedFile {
  name: string;
  /** URL of the folder with the files of its release. */
  release: string;
  /** Its publisher's list of checksums in that folder. */
  list: string;
}

/** Returns the archive of the CLI and all language hosts for a platform. */
export function pulumiArchive(platform: string = process.platform, arch: string = process.arch): ReleasedFile {
  return {
    name: `pulumi-v${PULUMI}-${platform}-${arch}.tar.gz`,
    release: `${RELEASES}/pulumi/releases/download/v${PULUMI}`,
    list: `pulumi-${PULUMI}-checksums.txt`,
  };
}

/** Returns the archive of a plugin for a platform. */
export function pluginArchive(
  name: string,
  version: string,
  platform: string = process.platform,
  arch: string = process.arch,
): ReleasedFile {
  return {
    name: `pulumi-resource-${name}-v${version}-${platform}-${arch === "x64" ? "amd64" : arch}.tar.gz`,
    release: `${RELEASES}/pulumi-${name}/releases/download/v${version}`,
    list: `pulumi-${name}_${version}_checksums.txt`,
  };
}

export const fileUrl = ({ release, name }: ReleasedFile) => `${release}/${name}`;
