// Builds the FAISS addon: native/src/*.cc to native/build/akin_native.node. Skipped when nothing changed.
//
//   node scripts/build-native.mjs [--force]
//   node scripts/build-native.mjs --program SOURCE OUTPUT    a C++ program linked with what the addon is made of
//
// The compiler is called directly: node-gyp would want Python and, for its headers, the network. Headers of Node-API
// come from npm's node-api-headers and node-addon-api. CXX, CXXFLAGS and LDFLAGS are honoured, and belong to what is
// compared.

import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sourceFolder = join(root, 'native', 'src')
const buildFolder = join(root, 'native', 'build')
const run = promisify(execFile)

const advice = {
  linux:
    'On Debian or Ubuntu: sudo apt-get install build-essential libfaiss-dev libopenblas-dev. Elsewhere: a C++17 compiler, FAISS (1.7.2 or newer) and OpenBLAS, all with their headers',
  darwin: 'On macOS: xcode-select --install, then brew install faiss libomp openblas',
  win32: 'On Windows the addon is built inside WSL 2, as on Ubuntu (see native/README.md)',
}

/** A failure that a person can do something about. */
class BuildError extends Error {
  constructor(message) {
    super(`${message}\n${advice[process.platform] ?? advice.linux}`)
    this.name = 'BuildError'
  }
}

/** What the distance kernels are compiled for; distances.cc chooses among them when the addon is loaded. */
const kernelVariants =
  process.arch === 'x64'
    ? {
        baseline: [],
        avx2: ['-mavx2', '-mfma'],
        avx512: ['-mavx512f', '-mavx512vl', '-mavx2', '-mfma'],
      }
    : { baseline: [] }

function words(text) {
  return (text ?? '').split(/\s+/).filter(Boolean)
}

function homebrewPrefix(formula) {
  try {
    return execFileSync('brew', ['--prefix', formula], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    throw new BuildError(`Homebrew does not know where ${formula} is.`)
  }
}

/** The compiler, where FAISS is, and the flags for this platform. */
export function findToolchain() {
  if (process.platform === 'win32') throw new BuildError('The addon cannot be built by this script on Windows.')
  const compiler = process.env.CXX || (process.platform === 'darwin' ? 'clang++' : 'g++')
  let version
  try {
    version = execFileSync(compiler, ['--version'], { encoding: 'utf8' }).split('\n')[0].trim()
  } catch {
    throw new BuildError(`There is no C++ compiler: "${compiler}" cannot be run.`)
  }
  if (process.platform === 'darwin') {
    const prefixes = ['faiss', 'libomp', 'openblas'].map(homebrewPrefix)
    return {
      compiler,
      version,
      library: join(prefixes[0], 'lib', 'libfaiss.dylib'),
      isStatic: false,
      compileFlags: ['-Xpreprocessor', '-fopenmp', ...prefixes.map((prefix) => `-I${prefix}/include`)],
      linkFlags: [...prefixes.map((prefix) => `-L${prefix}/lib`), '-lfaiss', '-lomp', '-lopenblas'],
      addonFlags: ['-bundle', '-undefined', 'dynamic_lookup'],
    }
  }
  const find = (name) => {
    const path = execFileSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).trim()
    return isAbsolute(path) && existsSync(path) ? path : null
  }
  const archive = find('libfaiss.a')
  const library = archive ?? find('libfaiss.so')
  if (library === null) throw new BuildError('FAISS is not installed.')
  if (find('libopenblas.so') === null) throw new BuildError('OpenBLAS is not installed.')
  return {
    compiler,
    version,
    library,
    isStatic: archive !== null,
    compileFlags: ['-fopenmp'],
    // Our two distance functions come first and win over those of the archive (distances.cc).
    linkFlags: ['-Wl,--allow-multiple-definition', '-lfaiss', '-lopenblas', '-fopenmp'],
    addonFlags: [
      ...words('-shared -s -Wl,--exclude-libs,ALL -Wl,--gc-sections -Wl,--as-needed'),
      // Of the two run paths, RPATH and RUNPATH, only the older one holds for the libraries of the libraries as well
      ...words('-Wl,-rpath,$ORIGIN -Wl,--disable-new-dtags'),
    ],
  }
}

function compileFlags(toolchain) {
  const headers = ['node-api-headers/include', 'node-addon-api'].map((path) => join(root, 'node_modules', path))
  for (const folder of headers) {
    if (!existsSync(folder)) throw new BuildError(`${relative(root, folder)} is missing: run npm ci first.`)
  }
  return [
    ...words('-std=c++17 -O3 -fPIC -fvisibility=hidden -ffunction-sections -Wall -Wextra -DNAPI_VERSION=8'),
    ...words('-DNAPI_CPP_EXCEPTIONS -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS -DNODE_API_NO_EXTERNAL_BUFFERS_ALLOWED'),
    ...headers.flatMap((folder) => ['-isystem', folder]),
    ...(process.arch === 'x64' ? ['-DAKIN_X86_KERNELS'] : []),
    ...(toolchain.isStatic ? ['-DAKIN_REPLACE_FAISS_DISTANCES'] : []),
    ...toolchain.compileFlags,
    ...words(process.env.CXXFLAGS),
  ]
}

/** Every object file with the command that makes it. */
function planObjects(toolchain, folder) {
  const flags = compileFlags(toolchain)
  const object = (source, name, extra) => {
    const path = join(folder, `${name}.o`)
    return { path, name, arguments: [...flags, ...extra, '-c', join(sourceFolder, source), '-o', path] }
  }
  const sources = readdirSync(sourceFolder).filter((name) => name.endsWith('.cc'))
  return sources.flatMap((source) => {
    const name = basename(source, '.cc')
    if (name !== 'distance_kernels') return [object(source, name, [])]
    // -ffast-math lets sums be reordered, which vectorising them needs; in this file alone.
    return Object.entries(kernelVariants).map(([variant, variantFlags]) =>
      object(source, `${name}.${variant}`, ['-ffast-math', ...variantFlags, `-DAKIN_KERNELS=${variant}`]),
    )
  })
}

/** Everything the result depends on, in one hash. */
function hashInputs(toolchain) {
  const hash = createHash('sha256')
  const add = (...parts) => hash.update(parts.join('\0') + '\0')
  add(process.platform, process.arch, toolchain.compiler, toolchain.version)
  add(process.env.CXXFLAGS ?? '', process.env.LDFLAGS ?? '')
  const library = statSync(toolchain.library)
  add(toolchain.library, library.size, library.mtimeMs)
  for (const name of ['node-addon-api', 'node-api-headers']) {
    add(name, JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version)
  }
  for (const name of readdirSync(sourceFolder).toSorted()) add(name, readFileSync(join(sourceFolder, name), 'utf8'))
  add(readFileSync(fileURLToPath(import.meta.url), 'utf8'))
  return hash.digest('hex')
}

/** Runs the commands, as many at once as there are cores; the compiler's own words are what is shown on failure. */
async function compile(toolchain, objects) {
  const waiting = [...objects]
  const next = async () => {
    for (let object = waiting.shift(); object !== undefined; object = waiting.shift()) {
      try {
        const { stderr } = await run(toolchain.compiler, object.arguments, { maxBuffer: 64 * 1024 * 1024 })
        if (stderr) process.stderr.write(stderr)
      } catch (error) {
        waiting.length = 0
        throw new BuildError(`Compiling ${object.name} failed. The compiler said:\n${error.stderr || error.message}`)
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, next))
}

async function link(toolchain, flags, paths, output) {
  const all = [...flags, ...paths, '-o', output, ...toolchain.linkFlags, ...words(process.env.LDFLAGS)]
  try {
    await run(toolchain.compiler, all, { maxBuffer: 64 * 1024 * 1024 })
  } catch (error) {
    throw new BuildError(`Linking ${basename(output)} failed. The compiler said:\n${error.stderr || error.message}`)
  }
}

/**
 * Builds the addon if it is missing or out of date.
 * @param options.force builds in any case
 * @param options.log gets one line on what is done
 * @returns whether it was built
 */
export async function buildNative({ force = false, log = console.log } = {}) {
  const toolchain = findToolchain()
  const stampPath = join(buildFolder, 'stamp.json')
  const addonPath = join(buildFolder, 'akin_native.node')
  const hash = hashInputs(toolchain)
  if (!force && existsSync(addonPath) && existsSync(stampPath) && JSON.parse(readFileSync(stampPath, 'utf8')).hash === hash) {
    log('Native addon: up to date')
    return false
  }
  // A folder of its own and renames at the end: two builds at once, or one that is cut off, leave nothing half done.
  const workFolder = join(buildFolder, `work-${process.pid}`)
  mkdirSync(workFolder, { recursive: true })
  try {
    const startedAt = Date.now()
    const objects = planObjects(toolchain, workFolder)
    log(`Native addon: compiling ${objects.length} files with ${toolchain.version}`)
    await compile(toolchain, objects)
    const paths = objects.map((object) => object.path)
    await link(toolchain, toolchain.addonFlags, paths, join(workFolder, 'akin_native.node'))
    rmSync(join(buildFolder, 'objects'), { recursive: true, force: true })
    mkdirSync(join(buildFolder, 'objects'), { recursive: true })
    for (const object of objects) renameSync(object.path, join(buildFolder, 'objects', basename(object.path)))
    renameSync(join(workFolder, 'akin_native.node'), addonPath)
    writeFileSync(join(workFolder, 'stamp.json'), JSON.stringify({ hash, compiler: toolchain.version }) + '\n')
    renameSync(join(workFolder, 'stamp.json'), stampPath)
    log(`Native addon: built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
    return true
  } finally {
    rmSync(workFolder, { recursive: true, force: true })
  }
}

/** Objects that know Node. */
const nodeObjects = new Set(['addon.o', 'arguments.o', 'index_call.o', 'index_object.o'])

/** Builds a C++ program against the same FAISS and the same objects as the addon. */
export async function buildProgram(source, output) {
  await buildNative({ log: () => {} })
  const toolchain = findToolchain()
  const folder = join(buildFolder, 'objects')
  const objects = readdirSync(folder).filter((name) => !nodeObjects.has(name))
  mkdirSync(dirname(output), { recursive: true })
  await link(
    toolchain,
    [...compileFlags(toolchain), source],
    objects.map((name) => join(folder, name)),
    output,
  )
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const [option, source, output] = process.argv.slice(2)
    if (option === '--program') await buildProgram(source, output)
    else await buildNative({ force: option === '--force' })
  } catch (error) {
    if (!(error instanceof BuildError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
