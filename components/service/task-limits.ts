import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../shared/inputs.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";

/** Resource limits of a service's tasks. */
export interface TaskLimits {
  /**
   * Maximum CPUs of a task.
   * @default - no limit
   * @example 1.5
   * @fractional
   */
  cpuLimit?: pulumi.Input<number>;

  /**
   * CPUs reserved for a task. It runs only on a node where they are free.
   * @default - none
   * @fractional
   */
  cpuReservation?: pulumi.Input<number>;

  /**
   * Maximum memory of a task, in MiB.
   * @default - no limit
   * @example 4096
   */
  memoryLimitMiB?: pulumi.Input<number>;

  /**
   * Memory reserved for a task, in MiB. It runs only on a node where it is free.
   * @default - none
   */
  memoryReservationMiB?: pulumi.Input<number>;

  /**
   * Size in MiB at which a task's log file is rotated. With this or `logMaxFiles`, the log driver is `json-file`.
   * @default - the engines' default log driver; where it is `json-file`, 10 MiB
   */
  logMaxSizeMiB?: pulumi.Input<number>;

  /**
   * Number of log files kept for each task. With this or `logMaxSizeMiB`, the log driver is `json-file`.
   * @default - the engines' default log driver; where it is `json-file`, 3
   */
  logMaxFiles?: pulumi.Input<number>;
}

/** Limits and durations. */
export interface TaskAmounts extends TaskLimits {
  stopGraceSeconds?: pulumi.Input<number>;
  minReadySeconds?: pulumi.Input<number>;
  timeoutSeconds?: pulumi.Input<number>;
}

interface Range {
  least: number;
  whole: boolean;
  unit: string;
}

const AMOUNT_RANGES: Record<keyof TaskAmounts, Range> = {
  cpuLimit: { least: 0.01, whole: false, unit: "CPUs" },
  cpuReservation: { least: 0.01, whole: false, unit: "CPUs" },
  memoryLimitMiB: { least: 1, whole: true, unit: "MiB" },
  memoryReservationMiB: { least: 1, whole: true, unit: "MiB" },
  logMaxSizeMiB: { least: 1, whole: true, unit: "MiB" },
  logMaxFiles: { least: 1, whole: true, unit: "files" },
  stopGraceSeconds: { least: 1, whole: true, unit: "seconds" },
  minReadySeconds: { least: 0, whole: true, unit: "seconds" },
  timeoutSeconds: { least: 10, whole: true, unit: "seconds" },
};

/**
 * Validates amounts.
 *
 * @param leastMemoryMiB memory that the program in the task needs to run at all
 */
export function validateTaskAmounts(args: TaskAmounts, leastMemoryMiB: number): ValidationIssue[] {
  const rangeIssues = (Object.keys(AMOUNT_RANGES) as (keyof TaskAmounts)[]).flatMap((argument) => {
    const value = knownValue<number>(args[argument]);
    const { whole, unit, ...range } = AMOUNT_RANGES[argument];
    const least = argument === "memoryLimitMiB" ? leastMemoryMiB : range.least;
    if (value === undefined || (Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))))
      return [];
    return [
      { argument, value, problem: `must be ${whole ? "a whole number" : "a number"} of at least ${least} ${unit}` },
    ];
  });
  return [
    ...rangeIssues,
    ...validateReservation("cpuReservation", args.cpuReservation, "cpuLimit", args.cpuLimit),
    ...validateReservation("memoryReservationMiB", args.memoryReservationMiB, "memoryLimitMiB", args.memoryLimitMiB),
  ];
}

function validateReservation(
  argument: string,
  reservation: pulumi.Input<number> | undefined,
  limitArgument: string,
  limit: pulumi.Input<number> | undefined,
): ValidationIssue[] {
  const [reserved, most] = [knownValue(reservation), knownValue(limit)];
  if (reserved === undefined || most === undefined || reserved <= most) return [];
  return [{ argument, value: reserved, problem: `is more than ${limitArgument} ${most}: no task could ever use it` }];
}
