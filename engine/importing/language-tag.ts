/**
 * A language tag as a file gives it, in the canonical spelling of BCP 47: `EN_us` becomes `en-US`. `null` for what is
 * no tag and for the tags that name no language.
 */
export function languageTag(value: string | null | undefined): string | null {
  const written =
    value
      ?.trim()
      .replaceAll('_', '-')
      .split(/[,;\s.]/, 1)[0] ?? ''
  if (written === '' || written.length > 35 || /^(?:und|mul|zxx|mis|x-|c$|posix)/i.test(written)) return null
  try {
    return Intl.getCanonicalLocales(written)[0] ?? null
  } catch {
    // RangeError: not a language tag; the text tells
    return null
  }
}
