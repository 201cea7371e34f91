/** Key combinations as text: `Mod+K`, `Shift+ArrowDown`, `j`, `?`. `Mod` is Ctrl, or Cmd on a Mac. */

export interface PressedKey {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

export function isMac(): boolean {
  return /mac/i.test(navigator.platform)
}

/** What was pressed, written as commands name their keys. */
export function keyOf(event: PressedKey, mac: boolean): string {
  const isMod = mac ? event.metaKey : event.ctrlKey
  const key = nameOfKey(event, isMod)
  const isPrintable = key.length === 1
  const parts: string[] = []
  if (isMod) parts.push('Mod')
  if (mac ? event.ctrlKey : event.metaKey) parts.push(mac ? 'Ctrl' : 'Meta')
  if (event.altKey) parts.push('Alt')
  // Shift is already in a printable character, except where a modifier makes it a letter.
  if (event.shiftKey && (!isPrintable || isMod)) parts.push('Shift')
  return [...parts, key].join('+')
}

function nameOfKey({ key, code, shiftKey }: PressedKey, isMod: boolean): string {
  if (key === ' ') return 'Space'
  if (key.length > 1) return key
  // On keyboards of other scripts the key's place counts: the letter there is no Latin one.
  const latin = /^Key([A-Z])$/.exec(code)?.[1]
  const letter = /^\p{L}$/u.test(key) && !/^\p{Script=Latin}$/u.test(key) && latin !== undefined ? latin : key
  if (isMod) return letter.toUpperCase()
  return shiftKey ? letter : letter.toLowerCase()
}

/** True for keys without Ctrl, Cmd or Alt that also type a character. */
export function isSingleKey(combination: string): boolean {
  return /^.$/u.test(combination)
}

const plainLabels: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '↵',
  Escape: 'Esc',
  Delete: 'Del',
  Backspace: '⌫',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
}

const macLabels: Readonly<Record<string, string>> = { Mod: '⌘', Alt: '⌥', Shift: '⇧', Ctrl: '⌃' }

/** The caps of a combination, in the order they are pressed. */
export function labelsOfKey(combination: string, mac: boolean): string[] {
  const parts = combination === '+' ? ['+'] : combination.split('+')
  // A capital alone is typed with Shift.
  if (/^\p{Lu}$/u.test(combination)) parts.unshift('Shift')
  return parts.map((part) => {
    if (mac && macLabels[part] !== undefined) return macLabels[part]
    if (part === 'Mod') return 'Ctrl'
    return plainLabels[part] ?? (part.length === 1 ? part.toUpperCase() : part)
  })
}
