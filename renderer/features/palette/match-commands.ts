import type { Command } from '../../app/commands/command.ts'

export interface CommandMatch {
  readonly command: Command
  /** Found stretches of the title, `[start, end)`. */
  readonly spans: readonly (readonly [number, number])[]
  /** The other word it was found by, where the title alone does not have it. */
  readonly alias: string | null
  readonly rank: number
}

/** Commands whose title or other words have each typed word at the beginning of a word; the best first. */
export function matchCommands(commands: readonly Command[], text: string): CommandMatch[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean)
  return commands
    .filter(({ inPalette }) => inPalette !== false)
    .flatMap((command, order) => {
      const match = matchCommand(command, words)
      return match === null ? [] : [{ ...match, rank: match.rank * 1_000 + order }]
    })
    .sort((a, b) => a.rank - b.rank)
}

function matchCommand(command: Command, words: readonly string[]): CommandMatch | null {
  const spans: [number, number][] = []
  let alias: string | null = null
  for (const word of words) {
    const at = wordStart(command.title, word)
    if (at >= 0) spans.push([at, at + word.length])
    else {
      const other = command.aliases?.find((one) => wordStart(one, word) >= 0)
      if (other === undefined) return null
      alias = other
    }
  }
  spans.sort(([a], [b]) => a - b)
  const rank = alias !== null ? 2 : spans[0]?.[0] === 0 ? 0 : 1
  return { command, spans, alias, rank }
}

/** Where a word of the text begins with `part`; −1 where none does. */
function wordStart(text: string, part: string): number {
  const lower = text.toLowerCase()
  for (let at = lower.indexOf(part); at >= 0; at = lower.indexOf(part, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(lower[at - 1]!)) return at
  }
  return -1
}
