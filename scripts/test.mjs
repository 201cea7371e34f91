// npm test: sets up what is missing, then runs every check that CI runs, and tells how long each took.
//
//   npm test                 all of them
//   npm test -- unit e2e     only those named

import { join } from 'node:path'
import { bundledNode, root, run, say, setUp, SetupError } from './setup-steps.mjs'

const bin = (name, file) => [join(root, 'node_modules', name, file)]

/** In the order in which a mistake is found soonest. */
const checks = /** @type {[string, string[]][]} */ ([
  ['types', ['scripts/check-types.mjs']],
  ['lint', [...bin('oxlint', 'bin/oxlint'), '--type-aware', '--deny-warnings']],
  ['format', [...bin('prettier', 'bin/prettier.cjs'), '--check', '.', '--log-level', 'warn']],
  ['arrows', ['scripts/check-arrows.mjs']],
  ['docs', ['scripts/check-docs.mjs']],
  ['unit', [...bin('vitest', 'vitest.mjs'), 'run', '--project', 'unit']],
  ['integration', [...bin('vitest', 'vitest.mjs'), 'run', '--project', 'integration']],
  ['e2e', [...bin('@playwright/test', 'cli.js'), 'test']],
  ['quality', ['scripts/check-quality.mjs']],
  ['package', ['scripts/check-package.mjs']],
])

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !checks.some(([known]) => known === name))
if (unknown.length > 0) {
  say(`There is no check ${unknown.join(', ')}: ${checks.map(([name]) => name).join(', ')}`)
  process.exit(2)
}

try {
  await setUp('test')
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exit(1)
}

const results = []
for (const [name, args] of checks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  say(`— ${name}`)
  const startedAt = Date.now()
  const error = await run(bundledNode(), args, {
    env: { PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
  }).catch((failure) => failure)
  results.push({ name, seconds: (Date.now() - startedAt) / 1_000, isOk: !(error instanceof Error) })
}

say('')
for (const { name, seconds, isOk } of results)
  say(`${isOk ? 'passed' : 'FAILED'}  ${name.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s`)
process.exit(results.every(({ isOk }) => isOk) ? 0 : 1)
