import { existsSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

/** Entries by the name of their output; what is not there yet is left out, so that each part builds on its own. */
function entries(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([, file]) => existsSync(file)))
}

/** Every program in Node: the desktop's main process, the processes of the services, and the other hosts. */
const programs = entries({
  'electron': 'electron/main.ts',
  'electron-engine': 'electron/engine-process.ts',
  'engine': 'engine/engine-main.ts',
  'inference': 'engine/embedding/onnx/inference-main.ts',
  'parser': 'engine/importing/parser-main.ts',
  'server': 'server/main.ts',
  'cli': 'cli/main.ts',
})

export default defineConfig({
  // What is in `dependencies` stays outside; a service finds the file of another by its name beside it.
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: { input: programs, output: { format: 'es', entryFileNames: '[name].js' } },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      outDir: 'out/preload',
      // A sandboxed preload cannot be an ES module, and can require nothing but Electron.
      rolldownOptions: { input: { preload: 'electron/preload.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
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
