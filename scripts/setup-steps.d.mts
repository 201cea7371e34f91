/** Types of setup-steps.mjs for the TypeScript that uses it. */
export const root: string
export class SetupError extends Error {}
export function bundledNode(): string
export function electronBinary(): string | null
export function findChromium(): string | null
export function setUp(purpose: 'start' | 'test', options?: { wantsDesktop?: boolean }): Promise<void>
export function say(text: string): void
export function run(
  command: string,
  args: readonly string[],
  options?: { isQuiet?: boolean; env?: Readonly<Record<string, string>>; cwd?: string },
): Promise<string>
