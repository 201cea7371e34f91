const firstMs = 400
const longestMs = 10_000

/**
 * How long to wait before try number `attempt` (from 1): doubling from 0.4 s up to 10 s, spread by up to a fifth so
 * that several windows do not knock at once.
 *
 * @param random 0…1
 */
export function backOffMs(attempt: number, random: number): number {
  const base = Math.min(longestMs, firstMs * 2 ** (attempt - 1))
  return Math.round(base * (0.9 + random * 0.2))
}
