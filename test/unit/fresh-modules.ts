import { vi } from "vitest";

// The test files of a worker share one process, so that Pulumi's SDK and @pulumi/aws are loaded once. This repository's
// modules are loaded again for each file, so that files do not share state or mocks.
vi.resetModules();
