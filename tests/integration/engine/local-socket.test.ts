import { readFileSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connectToEngine, type EngineConnection } from '../../../engine/host/local-socket.ts'
import { limits } from '../../../shared/contract/requests.ts'
import { ContractClient, pause, until, useEngines, type TestEngine } from '../../harness/engine.ts'

const { open } = useEngines()

async function connected(engine: TestEngine): Promise<EngineConnection> {
  const connection = await connectToEngine(engine.folder)
  if (connection === null) throw new Error('The engine does not listen')
  return connection
}

/** A connection without our client: what anything else could send. */
async function rawSocket({ folder }: TestEngine): Promise<{ socket: Socket; closed: Promise<void> }> {
  const { socket: path } = JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')) as { socket: string }
  const socket = createConnection(path)
    .on('error', () => undefined)
    .resume()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return { socket, closed }
}

/** The number of items, asked by a new connection: the engine goes on. */
async function countedBy(engine: TestEngine): Promise<number> {
  const connection = await connected(engine)
  const { documents } = await new ContractClient(connection).ask('library.status', {})
  await connection.close()
  return documents
}

describe('the local socket', () => {
  it('answers requests of any length that is allowed, in whatever pieces they come', async () => {
    const engine = await open({ embeds: false })
    const connection = await connected(engine)
    const client = new ContractClient(connection)
    const text = 'ferry – Fähre – フェリー '.repeat(20_000)
    await client.importTexts({ Long: text })
    expect((await client.document('Long')).text).toBe(text.trim())
    await connection.close()
    const { socket } = await rawSocket(engine)
    const replies: string[] = []
    socket.on('data', (part: Buffer) => replies.push(part.toString()))
    const line = Buffer.from(
      `${JSON.stringify({ type: 'request', id: 7, name: 'search.query', input: { text: 'Fähre "', mode: 'keyword' } })}\n`,
    )
    for (let at = 0; at < line.length; at += 7) {
      socket.write(line.subarray(at, at + 7))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until('it is answered', () => (replies.join('').includes('"id":7') ? true : undefined))
    expect(replies.join('')).toContain('"start":6,"end":7')
    socket.destroy()
  })

  it('refuses a request that is too large, with the limit, and stays connected', async () => {
    const engine = await open({ embeds: false })
    const connection = await connected(engine)
    const client = new ContractClient(connection)
    expect(await client.refusal('search.query', { text: 'x'.repeat(limits.requestBytes) })).toMatchObject({
      code: 'too-large',
      message: 'The request has more than 67 MB',
      details: { maxBytes: limits.requestBytes },
    })
    expect(await client.ask('library.status', {})).toMatchObject({ documents: 0 })
    await connection.close()
  })

  it('ends the connection of whoever sends a line without an end, and goes on', async () => {
    const engine = await open({ embeds: false })
    const { socket, closed } = await rawSocket(engine)
    const part = Buffer.alloc(1024 * 1024, 'x')
    const send = (): void => {
      while (!socket.destroyed && socket.write(part));
      if (!socket.destroyed) socket.once('drain', send)
    }
    send()
    await closed
    expect(await countedBy(engine)).toBe(0)
  })

  it.each(['no JSON', '[]', 'null', '"text"', '{"type":"request"}', '{"type":"request","id":1,"name":{},"input":null}'])(
    'goes on after a line that is no request: %s',
    async (line) => {
      const engine = await open({ embeds: false })
      const { socket } = await rawSocket(engine)
      socket.write(`${line}\n`)
      expect(await countedBy(engine)).toBe(0)
      socket.destroy()
    },
  )

  it('goes on when whoever asked is gone before the answer, and left unread what had come', async () => {
    const engine = await open({ embeds: false })
    for (let i = 0; i < 20; i++) {
      const { socket } = await rawSocket(engine)
      // What lies unread when a connection ends makes the system reset it
      socket.pause()
      for (let id = 0; id < 50; id++)
        socket.write(`${JSON.stringify({ type: 'request', id, name: 'documents.list', input: {} })}\n`)
      await pause(i)
      socket.destroy()
    }
    expect(await countedBy(engine)).toBe(0)
  })
})
