import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const akinEntry = fileURLToPath(new URL('../../cli/akin.mjs', import.meta.url))

/** How a command ended, and everything it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  /** Another user of this computer, for what root may do and others may not. */
  readonly uid?: number
  readonly stdout?: 'pipe' | number
  /** What comes on standard input; nothing without it. */
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A command that runs: in the source tree `cli/akin.mjs` runs the source, never a bundle. */
export class RunningAkin {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], { cwd, uid, stdout = 'pipe', stdin, env = {} }: RunOptions = {}) {
    this.child = spawn(process.execPath, [akinEntry, ...args], {
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid, gid: uid }),
      env: { ...withoutLibrary(), ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', stdout, 'pipe'],
    })
    // A command that reads nothing of it may have ended before it was written
    this.child.stdin?.on('error', () => undefined).end(stdin)
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => void (this.stdout += text))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => void (this.stderr += text))
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }))
    })
  }
}

/** Runs the terminal program as a person does, in a process of its own. */
export function runAkin(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new RunningAkin(args, options).ended
}

/** The one line of JSON that a command printed. */
export function jsonOf({ stdout }: Pick<Ended, 'stdout'>): unknown {
  const lines = stdout.split('\n')
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`Not one line of JSON: ${stdout.slice(0, 500)}`)
  return JSON.parse(lines[0]!) as unknown
}

function withoutLibrary(): NodeJS.ProcessEnv {
  const { AKIN_LIBRARY: _library, ...env } = process.env
  return env
}
