import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const integration = (name: string) => `test/integration/${name}.test.ts`;

/**
 * The slowest tests, slowest first, as `npm test -- --durations` lists them. Vitest knows durations only from earlier
 * runs in the same clone. In a new clone it starts the largest files first, and a slow file at the end keeps a single
 * worker busy.
 */
export const SLOW_FILES: readonly string[] = [
  "test/toolchain/source.test.ts",
  integration("updates"),
  integration("commands"),
  integration("faults/hosts"),
  integration("addresses"),
  integration("drift"),
  integration("swarm-hosts"),
  integration("kill"),
  integration("refusals"),
  integration("change"),
  integration("gateway"),
  integration("upgrade"),
  integration("ownership"),
  integration("docs"),
  integration("security"),
  integration("package"),
  integration("pools"),
  integration("drivers"),
  integration("ssh"),
  integration("python-and-go"),
  integration("import"),
];

interface Sortable {
  file: string;
  groupOrder: number;
}

/** Moves the slow files to the start of their group; the others keep their order. */
export function slowFirst<T extends Sortable>(files: readonly T[], slow: readonly string[] = SLOW_FILES): T[] {
  const rank = ({ file }: Sortable) => (slow.includes(file) ? slow.indexOf(file) : slow.length);
  return files.toSorted((a, b) => a.groupOrder - b.groupOrder || rank(a) - rank(b));
}

export class SlowFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specifications);
    const files = sorted.map((specification) => ({
      specification,
      file: relative(this.ctx.config.root, specification.moduleId),
      groupOrder: specification.project.config.sequence.groupOrder,
    }));
    return slowFirst(files).map(({ specification }) => specification);
  }
}
