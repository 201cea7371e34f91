// npm start -- [--library <folder>] [--port <number>] [--no-open] [--browser]
//
// Sets up what is missing, then opens Akin: in its own window where a display and Electron's binary are there, else in
// an app window of an installed Chromium, Chrome or Edge, else in the default browser; without a display it prints the
// address.

import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { bundledNode, electronBinary, findChromium, root, say, setUp, SetupError } from './setup-steps.mjs'

const usage = 'npm start -- [--library <folder>] [--port <number>] [--no-open] [--browser]'

function options() {
  try {
    const { values } = parseArgs({
      options: {
        'library': { type: 'string' },
        'port': { type: 'string' },
        'no-open': { type: 'boolean' },
        'browser': { type: 'boolean' },
        'help': { type: 'boolean' },
      },
    })
    if (values.help !== true) return values
  } catch (error) {
    say(error.message)
    say(usage)
    process.exit(2)
  }
  say(usage)
  process.exit(0)
}

function hasDisplay() {
  if (process.platform === 'darwin' || process.platform === 'win32') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

async function start() {
  const { library, port, 'no-open': noOpen, browser } = options()
  const wantsDesktop = hasDisplay() && noOpen !== true && browser !== true && port === undefined
  await setUp('start', { wantsDesktop })
  const args = library === undefined ? [] : ['--library', resolve(library)]
  const electron = wantsDesktop ? electronBinary() : null
  if (electron !== null) return open(electron, [root, ...args])
  return serve([...args, ...(port === undefined ? [] : ['--port', port])], {
    opens: noOpen !== true && hasDisplay(),
    appWindow: browser !== true,
  })
}

/** Electron, for as long as its window is open. */
function open(binary, args) {
  const child = spawn(binary, args, { cwd: root, stdio: 'inherit' })
  child.once('exit', (code) => process.exit(code ?? 0))
}

function serve(args, { opens, appWindow }) {
  const server = spawn(bundledNode(), [join(root, 'out', 'main', 'server.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  server.stdout.once('data', (text) => {
    const { address, folder } = JSON.parse(String(text))
    say(`Library: ${folder}`)
    process.stdout.write(`Akin is at ${address}\n`)
    say('Ctrl+C stops it')
    if (opens) openBrowser(address, appWindow)
  })
  server.once('exit', (code) => process.exit(code ?? 0))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
}

/**
 * Opens the address through a file that only this user can read: on a command line, where every user of the computer
 * could see it, the address would give its key away.
 */
function openBrowser(address, appWindow) {
  const folder = mkdtempSync(join(tmpdir(), 'akin-open-'))
  const file = join(folder, 'akin.html')
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><title>Akin</title><script>location.replace(${JSON.stringify(address)})</script>`,
    { mode: 0o600 },
  )
  chmodSync(folder, 0o700)
  const page = pathToFileURL(file).href
  const chromium = appWindow ? findChromium() : null
  const [command, args] = chromium === null ? systemOpener(page) : [chromium, [`--app=${page}`]]
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.once('error', () => say('No browser could be opened: open the address above'))
  child.unref()
  // Long enough for a browser that is just starting
  setTimeout(() => rmSync(folder, { recursive: true, force: true }), 60_000).unref()
}

function systemOpener(page) {
  if (process.platform === 'darwin') return ['open', [page]]
  if (process.platform === 'win32') return ['cmd', ['/c', 'start', '', page]]
  return ['xdg-open', [page]]
}

start().catch((error) => {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exit(1)
})
