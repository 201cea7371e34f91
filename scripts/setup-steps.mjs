// What `npm start` and `npm test` need on a fresh machine, each step skipped when up to date. Plain JavaScript without
// dependencies, for Node 20 and newer: it runs before anything is installed.

import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, 'node_modules', '.cache', 'akin')

/** A failure that a person can do something about: its message says what. */
export class SetupError extends Error {}

/** Debian packages: what the addon is built with, and what the checks run in. */
const packages = {
  start: ['g++', 'libfaiss-dev', 'libopenblas-dev'],
  test: ['chromium'],
}

/** The Node that Akin runs on, from the npm package `node`. */
export function bundledNode() {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** Electron's binary where it is, else `null`. */
export function electronBinary() {
  const folder = join(root, 'node_modules', 'electron')
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (named !== undefined) return existsSync(join(named, 'electron')) ? join(named, 'electron') : null
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

/**
 * Does what is missing and tells each step as it runs.
 *
 * @param {'start' | 'test'} purpose
 * @param {{ wantsDesktop?: boolean }} [options]
 */
export async function setUp(purpose, options = {}) {
  const startedAt = Date.now()
  const steps = [
    () => systemPackages(purpose),
    npmPackages,
    addon,
    bundles,
    ...(options.wantsDesktop === true ? [electronDownload] : []),
  ]
  let done = 0
  for (const step of steps) done += (await step()) ? 1 : 0
  if (done > 0) say(`Set-up took ${seconds(startedAt)}`)
}

export function say(text) {
  process.stderr.write(`akin: ${text}\n`)
}

function seconds(since) {
  return `${((Date.now() - since) / 1_000).toFixed(1)} s`
}

/** Runs a command with its output in sight, or kept and shown only when it fails. */
export function run(command, args, { isQuiet = false, env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', isQuiet ? 'pipe' : 2, isQuiet ? 'pipe' : 2],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (output = (output + part).slice(-20_000)))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output)
      if (isQuiet) process.stderr.write(output)
      reject(new SetupError(`${command} ${args.join(' ')} ended with ${signal ?? code}`))
    })
  })
}

/** Names what of Debian is missing and installs it where that is allowed. */
async function systemPackages(purpose) {
  if (process.platform !== 'linux' || !has('dpkg-query')) return false
  const wanted = purpose === 'test' ? [...packages.start, ...packages.test] : packages.start
  const missing = wanted.filter((name) => !isInstalled(name))
  if (missing.length === 0) return false
  const command = `apt-get install --no-install-recommends -y ${missing.join(' ')}`
  const prefix = process.getuid?.() === 0 ? [] : has('sudo') && canSudo() ? ['sudo', '-n'] : null
  if (prefix === null) {
    throw new SetupError(
      `These Debian packages are missing, and this user may not install them. Run:\n\n  sudo apt-get update && sudo ${command}\n\nthen start again.`,
    )
  }
  say(`Installing Debian packages: ${missing.join(', ')}`)
  const startedAt = Date.now()
  const [first, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  await run(first, [...rest, '-q', 'update'], { isQuiet: true })
  await run(first, [...rest, ...command.split(' ').slice(1)], { isQuiet: true })
  say(`Debian packages installed in ${seconds(startedAt)}`)
  return true
}

function has(command) {
  return (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, command)))
}

function canSudo() {
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function isInstalled(name) {
  // Chrome does as well as Chromium for the checks
  if (name === 'chromium' && findChromium() !== null) return true
  try {
    return execFileSync('dpkg-query', ['-W', '-f=${Status}', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).endsWith('ok installed')
  } catch {
    return false
  }
}

/** A Chromium-like browser on this machine, else `null`. */
export function findChromium() {
  const linux = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'microsoft-edge-stable',
    'brave-browser',
  ]
  const mac = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  const windows = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].flatMap((path) =>
    [process.env.ProgramFiles, process.env['ProgramFiles(x86)']].filter(Boolean).map((folder) => join(folder, path)),
  )
  if (process.platform === 'darwin') return mac.find((path) => existsSync(path)) ?? null
  if (process.platform === 'win32') return windows.find((path) => existsSync(path)) ?? null
  for (const name of linux) {
    const folder = (process.env.PATH ?? '').split(':').find((one) => one !== '' && existsSync(join(one, name)))
    if (folder !== undefined) return join(folder, name)
  }
  return null
}

/** `npm ci`, when the lock file is another than the one that was installed last. */
async function npmPackages() {
  const stamp = hashOf(['package-lock.json', 'package.json'])
  if (isStamped('npm', stamp) && existsSync(bundledNode())) return false
  say('Installing npm packages')
  const startedAt = Date.now()
  // onnxruntime-node would fetch CUDA from elsewhere, which nothing here uses and which fails without a network
  await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    isQuiet: true,
    env: { ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_onnxruntime_node_install: 'skip' },
  })
  writeStamp('npm', stamp)
  say(`npm packages installed in ${seconds(startedAt)}`)
  return true
}

async function addon() {
  const before = stampOf(join(root, 'native', 'build'))
  const startedAt = Date.now()
  if (before === '') say('Building the FAISS addon')
  try {
    await run(bundledNode(), [join(root, 'scripts', 'build-native.mjs')], { isQuiet: true })
  } catch {
    throw new SetupError('The FAISS addon could not be built: see above')
  }
  if (stampOf(join(root, 'native', 'build')) === before) return false
  say(`FAISS addon built in ${seconds(startedAt)}`)
  return true
}

/** When a folder's files were written last; empty when there are none. */
function stampOf(folder) {
  return existsSync(folder) ? hashOf([folder]) : ''
}

/** The window and the processes, when a source is newer than what was built. */
async function bundles() {
  const stamp = hashOf([
    'electron.vite.config.ts',
    'package-lock.json',
    'shared',
    'engine',
    'native/faiss.ts',
    'native/addon.ts',
    'renderer',
    'electron',
    'server',
    'cli',
  ])
  if (
    isStamped('build', stamp) &&
    existsSync(join(root, 'out', 'renderer', 'index.html')) &&
    existsSync(join(root, 'out', 'main', 'server.js'))
  )
    return false
  say('Building the bundles')
  const startedAt = Date.now()
  rmSync(join(root, 'out'), { recursive: true, force: true })
  await run(bundledNode(), [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
    isQuiet: true,
    env: { NODE_ENV: 'production' },
  })
  writeStamp('build', stamp)
  say(`Bundles built in ${seconds(startedAt)}`)
  return true
}

const retryAfterMs = 7 * 24 * 3_600_000

/** Electron's binary comes from GitHub: tried once a week at most, never needed. */
async function electronDownload() {
  if (electronBinary() !== null) return false
  const attempt = join(cache, 'electron-attempt')
  if (existsSync(attempt) && Date.now() - Number(readFileSync(attempt, 'utf8')) < retryAfterMs) return false
  say('Fetching the desktop window (Electron, about 110 MB); Ctrl+C stops, "npm start -- --browser" does without')
  mkdirSync(cache, { recursive: true })
  writeFileSync(attempt, String(Date.now()))
  try {
    await run(bundledNode(), [join(root, 'node_modules', 'electron', 'install.js')], { isQuiet: false })
    return true
  } catch {
    say('It cannot be reached; Akin opens in the browser. It is tried again in a week')
    return false
  }
}

function isStamped(name, stamp) {
  const file = join(cache, `${name}.stamp`)
  return existsSync(file) && readFileSync(file, 'utf8') === stamp
}

function writeStamp(name, stamp) {
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, `${name}.stamp`), stamp)
}

/** A hash over the content of files and folders. */
function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths.map((one) => (one.startsWith('/') ? one : join(root, one)))) addTo(hash, path)
  return hash.digest('hex')
}

function addTo(hash, path) {
  if (!existsSync(path)) return
  let entries
  try {
    entries = readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    hash.update(path.slice(root.length)).update(readFileSync(path))
    return
  }
  for (const entry of entries) addTo(hash, join(path, entry.name))
}
