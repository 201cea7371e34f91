import type { LucideIcon } from 'lucide-react'
import { isSingleKey } from '../../ui/key-names.ts'

/** Something a person can do: it has a key, a palette entry, or both. */
export interface Command {
  /** Unique among all commands: `library.star`. */
  readonly id: string
  /** As the palette and the list of keys say it: "Switch to the dark theme". */
  readonly title: string
  /** Where the list of keys shows it. */
  readonly group: CommandGroup
  /** Keys that run it, the first one is shown. */
  readonly keys?: readonly string[]
  /** Other words it is found by. */
  readonly aliases?: readonly string[]
  readonly icon?: LucideIcon
  /** Why it cannot be done now; it is shown greyed with these words. */
  readonly disabledReason?: string | undefined
  /** False for steps that make no sense away from their place: moving the cursor. */
  readonly inPalette?: boolean
  /** True for keys that act while a text field has the focus. */
  readonly inFields?: boolean
  /** A CSS selector: the keys act only while the focus is inside. The palette runs it from anywhere. */
  readonly within?: string
  readonly run: () => void
}

export const commandGroups = ['Everywhere', 'Moving', 'Items', 'Reader', 'Search', 'Library', 'Activity'] as const
export type CommandGroup = (typeof commandGroups)[number]

/** Where a key was pressed, as far as it decides whether a command runs. */
export interface KeyPlace {
  readonly isTextField: boolean
  /** Inside a dialog, a menu or another layer, which has its own keys. */
  readonly isLayer: boolean
  /** On a button, link or the like, which Space and Enter press. */
  readonly isControl: boolean
  readonly isWithin: (selector: string) => boolean
}

const pressingKeys = new Set(['Space', 'Enter'])

/**
 * The command that a key runs: one of the area that has the focus before the others, then the last one added;
 * `undefined` leaves the key alone.
 */
export function commandForKey(
  commands: readonly Command[],
  key: string,
  place: KeyPlace,
  { singleKeys }: { readonly singleKeys: boolean },
): Command | undefined {
  if (place.isLayer) return undefined
  const isSingle = isSingleKey(key)
  if (isSingle && (!singleKeys || place.isTextField)) return undefined
  if (place.isControl && pressingKeys.has(key)) return undefined
  const matches = commands.filter(
    (command) =>
      command.keys?.includes(key) === true &&
      command.disabledReason === undefined &&
      (!place.isTextField || command.inFields === true) &&
      (command.within === undefined || place.isWithin(command.within)),
  )
  return matches.findLast(({ within }) => within !== undefined) ?? matches.at(-1)
}
