import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from '../../../engine/library/folder-lock.ts'
import { tempFolder, type TempFolder } from './temp-library.ts'

const lockModule = new URL('../../../engine/library/folder-lock.ts', import.meta.url).href
const locked = expect.objectContaining({ code: 'library-locked' }) as Error

let library: TempFolder
beforeEach(() => {
  library = tempFolder('akin-lock-')
})
afterEach(() => library.remove())

/** A process that holds the lock of the folder and does nothing else; resolves once it has it. */
async function holder(folder: string): Promise<ChildProcess> {
  const script = `
    const { lockFolder } = await import(${JSON.stringify(lockModule)})
    const unlock = lockFolder(${JSON.stringify(folder)})
    process.stdout.write('locked')
    process.stdin.resume().on('data', () => { unlock(); process.stdout.write('unlocked') })
  `
  const worker = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)))
    worker.stdout.once('data', () => resolve())
  })
  return worker
}

async function killed(worker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const end = new Promise((resolve) => worker.once('close', resolve))
  worker.kill(signal)
  await end
}

describe('the lock of a library folder', () => {
  it('is had by one at a time in one process, and can be had again', () => {
    const unlock = lockFolder(library.folder)
    expect(() => lockFolder(library.folder)).toThrow(locked)
    unlock()
    const again = lockFolder(library.folder)
    expect(() => lockFolder(library.folder)).toThrow(locked)
    again()
  })

  it('is of one folder only', () => {
    const other = tempFolder('akin-lock-')
    const unlock = lockFolder(library.folder)
    const unlockOther = lockFolder(other.folder)
    unlock()
    unlockOther()
    expect(() => lockFolder(other.folder)()).not.toThrow()
    other.remove()
  })

  it('is refused with its code and the folder while another process has it, at once', async () => {
    const worker = await holder(library.folder)
    const started = performance.now()
    expect(() => lockFolder(library.folder)).toThrow(
      expect.objectContaining({ code: 'library-locked', details: { folder: library.folder } }) as Error,
    )
    expect(performance.now() - started).toBeLessThan(2_000)
    await killed(worker, 'SIGKILL')
  })

  it.each(['SIGKILL', 'SIGTERM'] as const)('is free again once the process that had it ended by %s', async (signal) => {
    const worker = await holder(library.folder)
    await killed(worker, signal)
    const unlock = lockFolder(library.folder)
    expect(() => lockFolder(library.folder)).toThrow(locked)
    unlock()
  })

  it('is free for others when it was let go of', async () => {
    const worker = await holder(library.folder)
    worker.stdin!.write('unlock')
    await new Promise((resolve) => worker.stdout!.once('data', resolve))
    lockFolder(library.folder)()
    await killed(worker, 'SIGKILL')
    expect(worker.killed).toBe(true)
  })

  it('is not left behind as a stale file: many kills in a row', async () => {
    for (let i = 0; i < 4; i++) await killed(await holder(library.folder), 'SIGKILL')
    expect(() => lockFolder(library.folder)()).not.toThrow()
  })

  it('has a code when the folder is not there', () => {
    rmSync(library.folder, { recursive: true })
    expect(() => lockFolder(join(library.folder, 'deeper'))).toThrow(
      expect.objectContaining({ code: 'store-write-failed' }) as Error,
    )
  })
})
