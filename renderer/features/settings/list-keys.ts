/** What the lists of all screens have in common. */
export const listKeys: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['j', 'ArrowDown'], does: 'Next' },
  { keys: ['k', 'ArrowUp'], does: 'Previous; in the reader, k shows and hides kin' },
  { keys: ['Enter'], does: 'Open' },
  { keys: ['Space'], does: 'Preview, or read on in it' },
  { keys: ['x', 'X'], does: 'Select, and select up to here' },
  { keys: ['s'], does: 'Star' },
  { keys: ['t'], does: 'Tags' },
  { keys: ['o'], does: 'Open the original' },
  { keys: ['Delete'], does: 'Move to the trash' },
  { keys: ['/'], does: 'Type into the box of the screen' },
]
