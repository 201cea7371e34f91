import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EngineProcess } from '../../harness/engine-process.ts'
import { until } from '../../harness/engine.ts'
import { jsonOf } from '../../harness/terminal.ts'
import { column, makePdf } from '../importing/make-pdf.ts'
import { useTerminals } from './use-terminal.ts'

const terminal = useTerminals()

describe('jobs in a library that nobody else has open', () => {
  it('are tried again to their end, with what still fails and code 3 while something does', async () => {
    const at = terminal()
    at.write({ 'a.pdf': '%PDF-1.7\nbroken', 'b.pdf': '%PDF-1.7\nbroken as well' })
    const imported = jsonOf(await at.akin('import', 'files', '--json')) as { job: { id: number } }
    rmSync(join(at.files, 'a.pdf'))
    const again = await at.akin('jobs', 'retry', String(imported.job.id))
    expect(again).toMatchObject({ code: 3, stderr: '' })
    expect(again.stdout).toContain(`${join(at.files, 'b.pdf')}: The PDF is damaged. Open it in a PDF program`)
    expect(again.stdout).toContain(`${join(at.files, 'a.pdf')}: The original is not there any more`)
    at.write({
      'a.pdf': makePdf([column(['The ferry crosses the bay'])]),
      'b.pdf': makePdf([column(['Granite cools slowly'])]),
    })
    const healed = await at.akin('jobs', 'retry', String(imported.job.id), '--json')
    expect(healed).toMatchObject({ code: 0, stderr: '' })
    expect(jsonOf(healed)).toMatchObject({ ended: [{ state: 'done', counts: { failed: 0 } }] })
    expect(jsonOf(await at.akin('status', '--json'))).toMatchObject({ indexed: 2, failed: 0, pending: 0 })
    const nothing = await at.akin('jobs', 'retry', '999')
    expect(nothing).toMatchObject({ code: 2, stdout: '', stderr: 'akin: There is no such job\n' })
    expect((await at.akin('jobs', 'retry')).stderr).toBe('akin: Name the job to retry. akin jobs lists them\n')
  })

  it('go on to their end when a paused one is resumed', async () => {
    const at = terminal()
    const count = 120
    at.write(
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`note-${i}.md`, `# Note ${i}\n\n${'The ferry. '.repeat(20)}`])),
    )
    const engine = new EngineProcess(at.library)
    await engine.opened
    const running = at.start(['import', 'files'])
    const job = await until('the import runs', async () => {
      const { jobs } = await engine.ask('jobs.list', {})
      return jobs.find(({ kind, completed }) => kind === 'import' && completed > 0)
    })
    await engine.ask('jobs.pause', { id: job.id })
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: `akin: The import was paused. To go on, run akin jobs resume ${job.id}\n`,
    })
    await engine.close()
    const stored = (jsonOf(await at.akin('status', '--json')) as { documents: number }).documents
    expect(stored).toBeLessThan(count)
    const resumed = await at.akin('jobs', 'resume')
    expect(resumed).toMatchObject({ code: 0, stderr: '' })
    expect(resumed.stdout).toMatch(/done +Import of files +120 of 120/)
    expect(jsonOf(await at.akin('status', '--json'))).toMatchObject({ documents: count, failed: 0 })
    expect(await at.akin('jobs', 'resume', String(job.id))).toMatchObject({
      code: 2,
      stderr: 'akin: Only a paused job can be resumed\n',
    })
    expect((await at.akin('jobs', 'cancel')).stdout).toBe('0 cancelled\n')
  })
})
