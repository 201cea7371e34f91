// Type-checks the three worlds, each with the libraries it may use: shared/ without Node or DOM, renderer/ without Node.
import { join } from 'node:path'
import { bundledNode, root, run } from './setup-steps.mjs'

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
for (const project of ['shared', 'renderer', '.', 'tests/e2e']) await run(bundledNode(), [compiler, '-p', project])
