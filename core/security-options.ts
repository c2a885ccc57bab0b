/** Ids on the machine of the user and group that root has in containers of an engine with `userns-remap`. */
export interface RemappedRoot {
  user: number;
  group: number;
}

/** The part of the engine's information that tells. */
export interface UserNamespaces {
  SecurityOptions?: string[] | null;
  DockerRootDir?: string;
}

/** Returns whether an engine uses a security feature: `selinux`, `userns`, `rootless`. */
export function hasSecurityOption({ SecurityOptions }: UserNamespaces, name: string): boolean {
  return (SecurityOptions ?? []).some((option) => option.split(",").includes(`name=${name}`));
}

/** Returns the ids, with which the name of the engine's root folder ends; undefined if the engine maps no users. */
export function remappedRoot(info: UserNamespaces): RemappedRoot | undefined {
  if (!hasSecurityOption(info, "userns")) return undefined;
  const [, user, group] = /\/(\d+)\.(\d+)\/?$/.exec(info.DockerRootDir ?? "") ?? [];
  return user === undefined ? undefined : { user: Number(user), group: Number(group) };
}
