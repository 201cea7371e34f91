// Gathers what a package needs of the FAISS addon in out/native: the addon, the libraries that not every system has,
// and their licences.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const addon = join(root, 'native', 'build', 'akin_native.node')
const output = join(root, 'out', 'native')

/** Libraries that come along. The rest (libc, libstdc++, libgcc_s) is on every system that runs Electron. */
const bundled = /^lib(openblas|gomp|gfortran|quadmath)\.so/

/** The addon's own and its libraries' licences; FAISS is linked into the addon. */
const licensedPackages = ['libfaiss-dev']

function run(program, parameters) {
  return execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Names and places of the libraries that the addon needs, those of its libraries included. */
function librariesOf(file) {
  const found = [...run('ldd', [file]).matchAll(/^\s*(\S+) => (\/\S+)/gm)].map(([, name, path]) => ({ name, path }))
  return found.filter(({ name }) => bundled.test(name))
}

/** The licence of the Debian package that a file belongs to. */
function copyLicence(debianPackage) {
  const licence = join('/usr/share/doc', debianPackage, 'copyright')
  if (!existsSync(licence)) throw new Error(`There is no licence of ${debianPackage}: ${licence}`)
  copyFileSync(licence, join(output, 'licences', `${debianPackage}.txt`))
}

function packageOf(path) {
  const line = run('dpkg', ['-S', realpathSync(path)])
  return line.split(':')[0]
}

/** Makes out/native anew. */
export function gatherNative() {
  if (!existsSync(addon)) throw new Error('The addon is not built: run npm run build:native')
  if (process.platform !== 'linux')
    throw new Error('Which libraries go with the addon is known on Linux alone: see native/README.md')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(join(output, 'licences'), { recursive: true })
  copyFileSync(addon, join(output, basename(addon)))
  const libraries = librariesOf(addon)
  for (const { name, path } of libraries) copyFileSync(realpathSync(path), join(output, name))
  const packages = new Set([...licensedPackages, ...libraries.map(({ path }) => packageOf(path))])
  for (const one of packages) copyLicence(one)
  return libraries.map(({ name }) => name)
}

/** Called by electron-builder. */
export function beforePack() {
  gatherNative()
}
