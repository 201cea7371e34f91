#!/usr/bin/env node
// Starts the terminal host on the Node that Akin brings along: node:sqlite is not in older ones.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const source = here('./main.ts')
const bundle = here('../out/main/cli.js')
const entry = existsSync(here('../engine/engine.ts')) || !existsSync(bundle) ? source : bundle

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(entry)
} else {
  const bundled = [here('../node_modules/node/bin/node'), here('../node_modules/node/bin/node.exe')].find((file) =>
    existsSync(file),
  )
  if (bundled === undefined) {
    process.stderr.write('akin: Node 24 is needed. Run "npm start" once in Akin\'s folder: it brings one along\n')
    process.exit(1)
  }
  const { status, signal } = spawnSync(bundled, [here('./akin.mjs'), ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(signal === null ? (status ?? 1) : 130)
}
