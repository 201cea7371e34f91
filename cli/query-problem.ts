import { AkinError } from '../shared/errors.ts'
import { maxQueryLength, parseQuery } from '../shared/query/grammar.ts'

/**
 * Refuses a query that is wrong. The window shows what it leaves out while a person types; a command that left it out
 * would give a script other results than were asked for.
 *
 * @throws AkinError `query-syntax` with the query and the place in `details`
 */
export function refuseProblems(query: string): void {
  // One that is too long is refused by the engine, with its limit
  if (query.length > maxQueryLength) return
  const [problem] = parseQuery(query).problems
  if (problem === undefined) return
  const { code, message, start, end } = problem
  throw new AkinError('query-syntax', message.replace(/, so (?:it|this one|this filter) is left out/u, ''), {
    advice: 'Nothing was searched',
    details: { problem: code, query, start, end },
  })
}
