/** Where a file lies, without the name that is shown beside it. */
export function folderOf(location: string, name: string): string {
  if (location === name) return ''
  const before = location.at(-name.length - 1)
  const endsWithName = location.endsWith(name) && (before === '/' || before === '\\')
  return endsWithName ? location.slice(0, -name.length - 1) : location
}
