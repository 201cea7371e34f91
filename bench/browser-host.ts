import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Reply } from '../shared/contract/reply.ts'
import type { RequestInput, RequestName, RequestOutput } from '../shared/contract/requests.ts'
import { fromWireError } from '../shared/errors.ts'
import { pause } from './bench-engine.ts'

/** The browser host as a person starts it: built, in processes of its own. */
export interface BrowserHost {
  readonly address: string
  readonly port: number
  ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>
  /** Waits until both indexes are ready. */
  settle(): Promise<void>
  /** Process ids by what they do. */
  processes(): Record<string, number>
  stop(): Promise<void>
}

const entry = fileURLToPath(new URL('../out/main/server.js', import.meta.url))

export async function startBrowserHost(folder: string): Promise<BrowserHost> {
  const child = spawn(process.execPath, [entry, '--library', folder], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString()))
    child.once('exit', (code) => reject(new Error(`The browser host ended with ${code}`)))
  })
  const { address, port } = JSON.parse(line) as { address: string; port: number }
  const token = address.split('#t=')[1]!
  const ask: BrowserHost['ask'] = async (name, input) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${name}`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
    const reply = (await response.json()) as Reply
    if (!reply.ok) throw fromWireError(reply.error)
    return reply.value as never
  }
  return {
    address,
    port,
    ask,
    settle: async () => {
      for (;;) {
        const { indexes } = await ask('library.status', {})
        if (indexes.vectors === 'ready' && indexes.keywords === 'ready') return
        await pause(20)
      }
    },
    processes: () => ({ host: child.pid!, ...descendants(child.pid!) }),
    stop: async () => {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Linux tells who started whom; elsewhere only the host itself is measured. */
function descendants(root: number): Record<string, number> {
  const found: Record<string, number> = {}
  try {
    const parents = new Map<number, { parent: number; command: string }>()
    for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      parents.set(Number(name), { parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), command })
    }
    for (const [pid, { command }] of parents) {
      if (!isBelow(pid, root, parents)) continue
      const name = /(engine|inference|parser)\.js/.exec(command)?.[1]
      if (name !== undefined) found[name] = pid
    }
  } catch {
    // A process ended while it was looked at, or this is no Linux
  }
  return found
}

function isBelow(pid: number, root: number, parents: ReadonlyMap<number, { parent: number }>): boolean {
  for (let at = parents.get(pid)?.parent; at !== undefined && at > 1; at = parents.get(at)?.parent) if (at === root) return true
  return false
}
