/** What stands where a key was. */
export const hiddenKey = '[key]'

/** Servers echo a key in parts, with its middle left out: so much of it in a row is taken for it. */
const fragmentLength = 8

/** What looks like a key of the usual services, also with stars in it, and whatever follows “Bearer”. */
const likeKeys = [/\b(?:sk|pk|rk|gsk|hf|xai|api|key)[-_][\w*.…-]{6,}/gi, /(?<=\bBearer\s+)[^\s"'<>]+/gi]

/**
 * A text from outside, or about it, without the secrets: whole, in parts of eight characters and more, as they are
 * spelt in JSON, in an address and in base64, and whatever else looks like a key.
 */
export function redact(text: string, secrets: readonly (string | null | undefined)[]): string {
  const isHidden = new Uint8Array(text.length)
  for (const secret of secrets) {
    if (secret === null || secret === undefined) continue
    for (const spelling of spellingsOf(secret)) if (spelling !== '') hideSpelling(text, spelling, isHidden)
  }
  for (const pattern of likeKeys) {
    for (const { 0: found, index } of text.matchAll(pattern)) isHidden.fill(1, index, index + found.length)
  }
  return withoutHidden(text, isHidden)
}

function spellingsOf(secret: string): Set<string> {
  return new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    ...[0, 1, 2].map((before) => insideBase64(secret, before)),
  ])
}

/** What a secret is spelt as within the base64 of a text that it stands in, so many bytes after a multiple of three. */
function insideBase64(secret: string, before: number): string {
  const wholeGroups = Math.floor((before + Buffer.byteLength(secret)) / 3)
  const spelt = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64')
  return spelt.slice(before === 0 ? 0 : 4, wholeGroups * 4)
}

function hideSpelling(text: string, spelling: string, isHidden: Uint8Array): void {
  const length = Math.min(fragmentLength, spelling.length)
  for (let from = 0; from + length <= spelling.length; from++) {
    const fragment = spelling.slice(from, from + length)
    for (let at = text.indexOf(fragment); at !== -1; at = text.indexOf(fragment, at + 1)) isHidden.fill(1, at, at + length)
  }
}

function withoutHidden(text: string, isHidden: Uint8Array): string {
  let shown = ''
  for (let at = 0; at < text.length; at++) {
    if (isHidden[at] === 0) shown += text[at]
    else if (at === 0 || isHidden[at - 1] === 0) shown += hiddenKey
  }
  return shown
}
