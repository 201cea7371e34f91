export interface PageScriptConfig {
  /** Name of the function that calls the main process; taken off the page at once. */
  readonly binding: string
  /** Name of the function that takes what the main process says. */
  readonly inbox: string
}

/** Runs in the page; see `page-script.js`. */
export function pageScript(
  config: PageScriptConfig,
  preload: (require: (name: string) => unknown, module: object, exports: object, process: object) => void,
): void
