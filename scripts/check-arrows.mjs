// Holds the direction of imports: plants one forbidden import a rule in a copy of the tree's layout and sees that lint
// refuses it with the message that names the right way.

import { mkdirSync, mkdtempSync, copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { bundledNode, root } from './setup-steps.mjs'

/** File, what it must not import, and a part of the message. */
const forbidden = [
  ['shared/a.ts', 'node:fs', 'neither Node nor the DOM'],
  ['shared/a.ts', 'react', 'neither Node nor the DOM'],
  ['shared/a.ts', '../engine/engine.ts', 'shared/ imports nothing of ours'],
  ['engine/a.ts', 'electron', 'plain Node'],
  ['engine/a.ts', 'react', 'no window'],
  ['engine/search/a.ts', '../../server/main.ts', 'hosts import the engine'],
  ['engine/search/a.ts', '../../electron/main.ts', 'hosts import the engine'],
  ['renderer/a.ts', 'node:fs', 'no Node'],
  ['renderer/a.ts', 'electron', 'no Node'],
  ['renderer/a.ts', '../engine/engine.ts', 'only shared/'],
  ['renderer/features/a.ts', '../../native/faiss.ts', 'only shared/'],
  ['server/a.ts', '../engine/search/search-service.ts', 'come in through engine/engine.ts'],
  ['server/a.ts', '../native/faiss.ts', 'come in through engine/engine.ts'],
  ['cli/commands/a.ts', '../../engine/library/library-store.ts', 'come in through engine/engine.ts'],
  ['electron/a.ts', '../engine/search/search-service.ts', 'come in through engine/engine.ts'],
  ['electron/a.ts', '../renderer/main.tsx', 'does not import it'],
]

/** And what must stay possible. */
const allowed = [
  ['server/a.ts', '../engine/engine.ts'],
  ['server/a.ts', '../engine/host/engine-host.ts'],
  ['electron/a.ts', '../engine/keys/key-vault.ts'],
  ['cli/a.ts', '../shared/errors.ts'],
  ['engine/search/a.ts', '../vectors/vector-index.ts'],
  ['renderer/a.ts', '../shared/errors.ts'],
]

const folder = mkdtempSync(join(tmpdir(), 'akin-arrows-'))
let failures = 0
try {
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  for (const [file, specifier, message] of forbidden) {
    const output = lint(file, specifier)
    if (output.includes(message)) continue
    failures++
    console.error(`${file} may import ${specifier}, which the design forbids`)
  }
  for (const [file, specifier] of allowed) {
    if (!lint(file, specifier).includes('no-restricted-imports')) continue
    failures++
    console.error(`${file} may not import ${specifier}, which the design allows`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.error(`${forbidden.length} forbidden and ${allowed.length} allowed arrows looked at, ${failures} wrong`)
process.exit(failures === 0 ? 0 : 1)

function lint(file, specifier) {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `import * as it from '${specifier}'\n\nexport const used = it\n`)
  const { stdout, stderr } = spawnSync(
    bundledNode(),
    [join(root, 'node_modules', 'oxlint', 'bin', 'oxlint'), '-c', join(folder, '.oxlintrc.json'), file],
    { cwd: folder, encoding: 'utf8' },
  )
  rmSync(path)
  return stdout + stderr
}
