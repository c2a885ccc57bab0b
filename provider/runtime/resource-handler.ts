import type { EngineConnection } from "../../engine/engine-connection.ts";

/** An invalid input, found before anything is changed. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** The inputs to record, and the invalid ones among them. */
export interface CheckResult<Inputs> {
  inputs: Inputs;
  failures: CheckFailure[];
}

/**
 * The operations of one kind of resource. Plain functions over plain data, so that tests need no Pulumi. The shape is that
 * of a dynamic provider.
 */
export interface ResourceHandler<Inputs extends object, State extends Inputs = Inputs> {
  /**
   * Inputs that the outputs do not repeat, to keep the state small. The handler's state still contains them, as of the
   * last run: Pulumi records a resource's inputs in every run, even if `diff` finds no changes. Not for inputs that
   * `read` may find changed, or that users see as outputs.
   *
   * @default - none
   */
  readonly recordedOnce?: readonly string[];
  /**
   * Inputs and outputs that are secret whether or not the program says so. An import has no program, and records outputs too.
   *
   * @default - those that are secret in the program
   */
  readonly secrets?: readonly string[];
  /** Validates the inputs, and may add values that it chooses. `olds` is empty for a new resource. */
  check?(olds: Partial<Inputs>, news: Inputs): Promise<CheckResult<Inputs>>;
  diff(
    id: string,
    olds: State,
    news: Inputs,
  ): Promise<{ changes: boolean; replaces?: string[]; deleteBeforeReplace?: boolean }>;
  create(inputs: Inputs): Promise<{ id: string; outs: State }>;
  /**
   * Returns the resource's current state, or `NOT_FOUND` if it no longer exists.
   *
   * @param state the recorded state; none for `pulumi import`
   * @param engine returns the engine to import from
   */
  read(
    id: string,
    state?: State,
    engine?: () => EngineConnection,
  ): Promise<{ id: string; props?: State; inputs?: Inputs }>;
  update?(id: string, olds: State, news: Inputs): Promise<{ outs: State }>;
  delete?(id: string, state: State): Promise<void>;
}

/** The result of reading a resource that no longer exists. */
export const NOT_FOUND = { id: "" };
