/** `#t=…` as the browser host prints it; `null` for any other fragment. */
export function tokenOfHash(hash: string): string | null {
  return /^#t=([A-Za-z0-9_-]{16,})$/.exec(hash)?.[1] ?? null
}
