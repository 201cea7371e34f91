import type { Line } from './text-lines.ts'

const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]/u

/** How a document writes its words, to tell a hyphen that parts a word from one that belongs to it. */
export class Spelling {
  readonly #words = new Set<string>()
  readonly #compounds = new Set<string>()

  constructor(lines: Iterable<Line>) {
    for (const { text } of lines) {
      for (const [word] of text.matchAll(/\p{L}{3,40}/gu)) this.#words.add(word.toLowerCase())
      for (const [compound] of text.matchAll(/\p{L}{2,20}-\p{L}{2,20}/gu)) this.#compounds.add(compound.toLowerCase())
    }
  }

  /** What joins a line that ends in a hyphen to the next. */
  hasHyphen(left: string, right: string): boolean {
    const [first, second] = [left.toLowerCase(), right.toLowerCase()]
    if (this.#words.has(first + second)) return false
    return this.#compounds.has(`${first}-${second}`)
  }
}

/** What stands between two lines of one paragraph, and the first without the hyphen that the line's end made. */
export function joint(above: string, below: string, spelling: Spelling): { head: string; between: '' | ' ' } {
  const broken = /(?<!\p{L})(\p{L}{1,60})[-\u00AD\u2010]$/u.exec(above)
  const next = /^\p{Ll}{1,60}/u.exec(below)?.[0]
  if (broken !== null && next !== undefined) {
    const isKept = above.endsWith('-') && spelling.hasHyphen(broken[1]!, next)
    return { head: isKept ? above : above.slice(0, -1), between: '' }
  }
  if (/\p{L}-$/u.test(above) && /^\p{L}/u.test(below)) return { head: above, between: '' }
  const isDense = ideographic.test(above.at(-1) ?? '') && ideographic.test(below[0] ?? '')
  return { head: above, between: isDense ? '' : ' ' }
}
