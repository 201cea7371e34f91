// Packs the desktop app with a stand-in for Electron's files, and checks what is in the package and that it runs with
// nothing else. The build and the addon come first: npm run build, npm run build:native.

import { join } from 'node:path'
import { bundledNode, root, run } from './setup-steps.mjs'

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
await run(bundledNode(), [vitest, 'run', '--project', 'integration', 'tests/integration/electron/package.test.ts'], {
  env: { AKIN_CHECK_PACKAGE: '1' },
})
