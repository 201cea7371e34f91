import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const here = import.meta.dirname
const sources = ['TestMongod.java', 'pom.xml']

/** What this server cannot do that a real one can; printed by the tests that run on it. */
export const testServerLimits: readonly string[] = [
  'sessions and transactions: the store uses none',
  'retryable writes and failover: the store asks the head what became of a write',
  'replica sets and change streams',
  'users, roles and TLS: their errors are checked by what the driver throws',
  'journal: in memory nothing outlives the server',
  'database indexes other than _id: created and listed, never used; speed with indexes is not measured',
  'validators, collation, TTL and maxTimeMS: ignored by it, and not relied upon',
]

export interface TestMongod {
  readonly uri: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

/**
 * Starts the test server, built before if need be.
 * @param options.dbpath a folder to keep the data in; without it they are in memory
 * @throws Error that says what is missing
 */
export async function startTestMongod({ dbpath, port = 0 }: { dbpath?: string; port?: number } = {}): Promise<TestMongod> {
  const folder = await build()
  const classPath = `${join(folder, 'lib')}/*:${join(folder, 'out')}`
  const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=off']
  const place = dbpath === undefined ? [] : ['--dbpath', dbpath]
  const child = spawn('java', [...flags, '-cp', classPath, 'TestMongod', '--port', String(port), ...place], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const found = await portOf(child)
  return {
    uri: `mongodb://127.0.0.1:${found}`,
    process: child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Why the test server cannot be had; `null` when it can. */
export async function missingForTestMongod(): Promise<string | null> {
  try {
    await build()
    return null
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0]! : String(error)
  }
}

async function portOf(child: ChildProcess): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the test server ended with ${code}: ${output}`)))
    child.stdout!.setEncoding('utf8').on('data', (data: string) => {
      output += data
      const port = /on port (\d+)/.exec(output)?.[1]
      if (port !== undefined) resolve(port)
    })
  })
}

/** Fetched and compiled once for each version of the sources; two that build at once do not disturb each other. */
async function build(): Promise<string> {
  const version = createHash('sha256')
  for (const name of sources) version.update(readFileSync(join(here, name)))
  const cache = join(here, '..', '..', '..', 'node_modules', '.cache', 'akin-test-mongod')
  const folder = join(cache, version.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  await need('java', ['-version'])
  await need('javac', ['-version'])
  await need('mvn', ['-v'])
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(join(cache, 'building-'))
  try {
    for (const name of sources) copyFileSync(join(here, name), join(unfinished, name))
    const fetch = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(unfinished, 'lib')}`]
    await run('mvn', fetch, { cwd: unfinished, timeout: 300_000 })
    await run('javac', ['-cp', `${join(unfinished, 'lib')}/*`, '-d', join(unfinished, 'out'), 'TestMongod.java'], {
      cwd: unfinished,
    })
    if (!existsSync(folder)) renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return folder
}

async function need(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, [...args])
  } catch {
    throw new Error(`${command} is not installed`)
  }
}
