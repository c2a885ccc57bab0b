export function processToken(pid?: number): string | undefined;
export function isGone(token: string): boolean;
export function isOfThisBoot(token: string): boolean;
export function isAlive(pid: number): boolean;
export function isNowhere(pid: number, namespace?: string): boolean;
export function tryLock(path: string): (() => void) | undefined;
export function sweep(folder: string, prefix: string): void;
