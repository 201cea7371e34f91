import type { Content } from '../../../shared/model/content.ts'

/**
 * The rank each heading is shown with, by its start: below the item's own title (1), and never more than one deeper than
 * the heading before it, whatever the author wrote, so that a screen reader's list of headings has no holes.
 */
export function headingLevels({ blocks }: Content, skipsFirst: boolean): ReadonlyMap<number, number> {
  const headings = blocks.filter((block) => block.type === 'heading').slice(skipsFirst ? 1 : 0)
  const written = [...new Set(headings.map(({ level }) => level))].sort((a, b) => a - b)
  const levels = new Map<number, number>()
  let before = 1
  for (const { level, start } of headings) {
    before = Math.min(6, written.indexOf(level) + 2, before + 1)
    levels.set(start, before)
  }
  return levels
}
