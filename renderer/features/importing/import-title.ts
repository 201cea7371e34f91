/** `ferry.md`, `Documents`, `14 files and folders`. */
export function titleOf(names: readonly string[]): string {
  if (names.length === 1) return names[0]!
  return names.every((name) => /\.[^.]{1,8}$/.test(name)) ? `${names.length} files` : `${names.length} files and folders`
}
