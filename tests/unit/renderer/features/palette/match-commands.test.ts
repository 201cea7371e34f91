import { describe, expect, it } from 'vitest'
import type { Command } from '../../../../../renderer/app/commands/command.ts'
import { matchCommands } from '../../../../../renderer/features/palette/match-commands.ts'
import { moveActive, typedSpans, type PaletteItem } from '../../../../../renderer/features/palette/palette-items.ts'

const command = (title: string, aliases: string[] = [], inPalette = true): Command => ({
  id: title,
  title,
  group: 'Everywhere',
  aliases,
  inPalette,
  run: () => undefined,
})
const commands = [
  command('Go to the Library'),
  command('Switch to the dark theme', ['night mode']),
  command('Library: rebuild'),
  command('Next item', [], false),
]

describe('commands for a text', () => {
  it('have each word at the beginning of a word, those that begin so first', () => {
    expect(matchCommands(commands, 'lib').map(({ command: { title } }) => title)).toEqual([
      'Library: rebuild',
      'Go to the Library',
    ])
    expect(matchCommands(commands, 'go lib').map(({ spans }) => spans)).toEqual([
      [
        [0, 2],
        [10, 13],
      ],
    ])
    expect(matchCommands(commands, 'rary')).toEqual([])
  })

  it('are found by their other words too, which are told', () => {
    expect(matchCommands(commands, 'night')[0]).toMatchObject({ alias: 'night mode' })
  })

  it('are all there for no text, but for those that make no sense from afar', () => {
    expect(matchCommands(commands, '')).toHaveLength(3)
  })
})

describe('lines of the palette', () => {
  const items = [{ disabledReason: null }, { disabledReason: 'not now' }, { disabledReason: null }] as PaletteItem[]

  it('are passed over when they cannot be chosen, around the end', () => {
    expect(moveActive(items, 0, 1)).toBe(2)
    expect(moveActive(items, 2, 1)).toBe(0)
    expect(moveActive(items, 0, -1)).toBe(2)
    expect(moveActive([], 0, 1)).toBe(-1)
  })

  it('mark what was typed at the beginning of words', () => {
    expect(typedSpans('Night feeds', 'night fee')).toEqual([
      [0, 5],
      [6, 9],
    ])
    expect(typedSpans('Midnight', 'night')).toEqual([])
  })
})
