import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { useEngines } from '../../harness/engine.ts'
import { hasModels, makeTinyGpt2, miniLm, shortTexts } from './use-spaces.ts'

const { folder } = useEngines()
const entry = fileURLToPath(new URL('../../../bench/eval.ts', import.meta.url))

/** A collection of short texts of which each query is one, word for word. */
function collection(): string {
  const at = folder('collection')
  const texts = Object.entries(shortTexts(30))
  const lines = (rows: object[]): string => rows.map((row) => JSON.stringify(row)).join('\n')
  writeFileSync(join(at, 'corpus.jsonl'), lines(texts.map(([title, text], id) => ({ id, title, text }))))
  writeFileSync(join(at, 'queries.jsonl'), lines(texts.slice(0, 5).map(([, text], id) => ({ id, text }))))
  writeFileSync(
    join(at, 'qrels.tsv'),
    `query\tdocument\tgrade\n${texts
      .slice(0, 5)
      .map((_, id) => `${id}\t${id}\t1`)
      .join('\n')}\n`,
  )
  return at
}

async function measure(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [entry, ...args, '--json'])
  return JSON.parse(stdout) as Record<string, unknown>
}

describe.runIf(hasModels)('npm run eval', () => {
  it('measures a collection in the space of a model that lies in a folder, also with what is learnt from the collection', async () => {
    const set = collection()
    const plain = await measure('--set', set)
    expect(plain).toMatchObject({ documents: 30, queries: 5 })
    expect(plain).not.toHaveProperty('space')
    const own = await measure('--set', set, '--model', miniLm)
    expect(own).toMatchObject({ documents: 30, queries: 5, space: 'all-MiniLM-L6-v2-int8' })
    expect(Object.keys(own).filter((key) => key !== 'space')).toEqual(Object.keys(plain))
    const gpt2 = makeTinyGpt2(folder('gpt2'))
    const recipe = ['--pooling', 'weighted-mean', '--post-processing', 'centre']
    const learnt = await measure('--set', set, '--model', gpt2, '--space', 'tiny', ...recipe)
    expect(learnt).toMatchObject({ documents: 30, space: 'tiny, weighted-mean, {"method":"centre"}' })
    expect((learnt['modes'] as { vector: { ndcg10: number } }).vector.ndcg10).toBeGreaterThan(0.5)
  })

  it('measures the agreement of cosines in the same way', async () => {
    const file = join(folder('sts'), 'pairs.tsv')
    const pairs = Object.values(shortTexts(20)).map((text, at) => `${at % 5}\t${text}\t${text.slice(0, 30)}`)
    writeFileSync(file, `score\tfirst\tsecond\n${pairs.join('\n')}\n`)
    const whitened = ['--model', makeTinyGpt2(folder('gpt2')), '--pooling', 'mean', '--post-processing', 'whitening:0.1']
    expect(await measure('--sts', file, ...whitened)).toMatchObject({ set: 'pairs.tsv', pairs: 20 })
  })

  it('says what to do when there is no such model', async () => {
    await expect(measure('--set', collection(), '--space', 'nosuch', '--library', folder('library'))).rejects.toThrow(
      /has no model nosuch: download it with akin models add nosuch/,
    )
    await expect(measure('--set', '.', '--post-processing', 'magic')).rejects.toThrow(/--post-processing is none, centre/)
  })
})
