import { vi } from "vitest";

// Files of a worker share its process, so that Pulumi's SDK and @pulumi/aws are loaded once. Modules of this repository are
// loaded for each file: their state is its own, and what it mocks is mocked.
vi.resetModules();
