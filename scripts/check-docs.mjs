// The documents tell the truth about the tree: every path and every npm script that they name exists, and every
// picture that the README shows.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './setup-steps.mjs'

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'tests/README.md',
  'native/README.md',
]
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

let failures = 0
for (const document of documents) {
  if (!existsSync(join(root, document))) {
    fail(`${document} is missing`)
    continue
  }
  const text = readFileSync(join(root, document), 'utf8')
  for (const [, code] of text.matchAll(/`([^`\n]+)`/g)) {
    for (const word of code.split(/\s+/)) checkPath(document, word)
  }
  for (const [, target] of text.matchAll(/\]\(([^)#]+)\)/g)) {
    if (!/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(document), target)))
      fail(`${document} links to ${target}, which is not there`)
  }
  for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) {
    if (scripts[name] === undefined) fail(`${document} names npm run ${name}, which is no script`)
  }
}
console.error(`${documents.length} documents looked at, ${failures} wrong`)
process.exit(failures === 0 ? 0 : 1)

/** Paths begin with a folder of the tree; those with placeholders or wildcards are only checked up to them. */
function checkPath(document, word) {
  const path = word.replace(/[,.;:)]+$/, '').replace(/^\.\//, '')
  const [first] = path.split('/')
  if (!path.includes('/') || !folders.includes(first) || first === 'out' || first === 'node_modules') return
  const certain = path.split(/[<*{…]/)[0]
  const existing = certain === path ? path : certain.slice(0, certain.lastIndexOf('/'))
  const beside = join(root, dirname(document), existing)
  if (!existsSync(join(root, existing)) && !existsSync(beside) && !isGenerated(existing))
    fail(`${document} names ${word}, which is not there`)
}

function isGenerated(path) {
  return ['native/build', 'docs/screenshots', 'resources/native'].some((folder) => path.startsWith(folder))
}

function fail(message) {
  failures++
  console.error(message)
}
