/** A wrong input, found before anything is touched. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** Inputs as they are recorded, and what is wrong with them. */
export interface CheckResult<Inputs> {
  inputs: Inputs;
  failures: CheckFailure[];
}

/**
 * What Pulumi asks of one kind of resource. Plain functions over plain data, so that they are tested without Pulumi
 * and could be served in another way; the shape is that of a dynamic provider, which is how they are served today.
 */
export interface ResourceHandler<Inputs extends object, State extends Inputs = Inputs> {
  /** Refuses wrong input, and may add what it decides. `olds` is empty for a resource that is not there yet. */
  check?(olds: Partial<Inputs>, news: Inputs): Promise<CheckResult<Inputs>>;
  diff(
    id: string,
    olds: State,
    news: Inputs,
  ): Promise<{ changes: boolean; replaces?: string[]; deleteBeforeReplace?: boolean }>;
  create(inputs: Inputs): Promise<{ id: string; outs: State }>;
  /** How the resource stands now. An empty id says that it is gone. */
  read(id: string, state?: State): Promise<{ id: string; props?: State; inputs?: Inputs }>;
  update?(id: string, olds: State, news: Inputs): Promise<{ outs: State }>;
  delete?(id: string, state: State): Promise<void>;
}

/** What a read gives back of something that is gone. */
export const NOT_FOUND = { id: "" };
