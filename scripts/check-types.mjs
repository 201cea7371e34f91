// Type-checks the three worlds, each with the libraries it may use: shared/ without Node or DOM, renderer/ without Node.
import { join } from 'node:path'
import { bundledNode, root, run } from './setup-steps.mjs'

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
let isOk = true
for (const project of ['shared', 'renderer', '.', 'tests/e2e']) {
  // The compiler has said what is wrong
  isOk =
    (await run(bundledNode(), [compiler, '-p', project]).then(
      () => true,
      () => false,
    )) && isOk
}
process.exit(isOk ? 0 : 1)
