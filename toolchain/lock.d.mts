export function processToken(pid?: number): string | undefined;
export function isGone(token: string): boolean;
export function isFromThisBoot(token: string): boolean;
export function isAlive(pid: number): boolean;
export function isPidUnused(pid: number, namespace?: string): boolean;
export function tryLock(path: string): (() => void) | undefined;
export function acquireLock(path: string, onWait: () => void): Promise<() => void>;
export function removeStale(folder: string, prefix: string): void;
