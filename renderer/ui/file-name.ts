/** A file name from a title, one that every file system takes. */
export function fileNameOf(title: string, extension: string): string {
  const clean = title
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u001f<>:"/\\|?*]/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/^[. ]+|[. ]+$/gu, '')
    .slice(0, 120)
  return `${clean === '' ? 'Untitled' : clean}.${extension}`
}
