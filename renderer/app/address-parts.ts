export interface AddressParts {
  readonly before: string
  /** The part that decides whom one visits. */
  readonly host: string
  readonly after: string
}

/** Splits an address so that its host can be set apart; `null` for what Akin does not open. */
export function addressParts(address: string): AddressParts | null {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  if (url.protocol === 'mailto:') return { before: 'mailto:', host: decode(url.pathname), after: url.search }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  const user = url.username === '' ? '' : `${url.username}@`
  return { before: `${url.protocol}//${user}`, host: url.host, after: `${url.pathname}${url.search}${url.hash}` }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray percent sign: the address is shown as it is written.
    return text
  }
}
