import type { z } from 'zod'

/** One request of the contract: what goes in and what comes back. */
export interface RequestDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I
  readonly output: O
  /**
   * Who answers: the engine, or the host (dialogs, opening a file with another program), which knows the desktop.
   */
  readonly by: 'engine' | 'host'
}

export function defineRequest<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  by: 'engine' | 'host' = 'engine',
): RequestDefinition<I, O> {
  return { input, output, by }
}
