import { existsSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

/** Entries by the name of their output; what is not there yet is left out, so that each part builds on its own. */
function entries(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([, file]) => existsSync(file)))
}

const preload = entries({ preload: 'electron/preload.ts' })

export default defineConfig({
  ...(Object.keys(preload).length === 0
    ? {}
    : {
        preload: {
          build: {
            externalizeDeps: false,
            outDir: 'out/preload',
            // A sandboxed preload cannot be an ES module.
            rolldownOptions: { input: preload, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
          },
        },
      }),
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      minify: true,
      // Fonts and pictures stay files: the content-security policy has no `data:` for fonts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: 'renderer/index.html' },
    },
  },
})
