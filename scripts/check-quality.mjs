// Retrieval quality on the development collections, where they lie beside the checkout: a figure that falls more than
// .005 below what was reached fails. AKIN_SHARED names the folder when it is elsewhere.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bundledNode, root } from './setup-steps.mjs'
import { execFileSync } from 'node:child_process'

const shared = process.env.AKIN_SHARED ?? resolve(root, '..', 'shared')
const tolerance = 0.005

/** What was reached; also that hybrid stands above both legs. */
const collections = [
  { folder: 'eval/ir/personal', keyword: 0.533, vector: 0.7606, hybrid: 0.784, auc: 0.79 },
  { folder: 'eval/ir/cranfield', keyword: 0.5243, vector: 0.5187, hybrid: 0.573 },
]
const pairs = [
  { file: 'eval/sts/stsb-dev.tsv', spearman: 0.888 },
  { file: 'eval/sts/sick-trial.tsv', spearman: 0.8137 },
]

/** Share of the ten nearest kin with the same topic. */
const topics = [{ file: 'eval/topics/bbc-400.jsonl', nearest10: 0.9164 }]

if (!existsSync(join(shared, 'eval'))) {
  console.error(`not run: the development collections are not at ${shared}; AKIN_SHARED may name another place`)
  process.exit(0)
}

let failures = 0
for (const { folder, auc, ...wanted } of collections) {
  const { modes, nothing } = evaluate('--set', folder)
  for (const [mode, least] of Object.entries(wanted)) check(`${folder} ${mode} nDCG@10`, modes[mode].ndcg10, least - tolerance)
  check(`${folder} hybrid over keyword`, modes.hybrid.ndcg10, modes.keyword.ndcg10)
  check(`${folder} hybrid over vector`, modes.hybrid.ndcg10, modes.vector.ndcg10)
  if (auc !== undefined) {
    check(`${folder} confidence auc`, nothing.auc, auc - 0.02)
    check(`${folder} answered queries not called empty`, 1 - nothing.falseAlarms / nothing.ofAnswered, 0.95)
  }
}
for (const { file, spearman } of pairs) check(`${file} Spearman`, evaluate('--sts', file).spearman, spearman - tolerance)
for (const { file, nearest10 } of topics)
  check(`${file} ten nearest`, evaluate('--topics', file).nearest10, nearest10 - tolerance)
process.exit(failures === 0 ? 0 : 1)

function evaluate(option, path) {
  const output = execFileSync(bundledNode(), [join(root, 'bench', 'eval.ts'), option, join(shared, path), '--json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(output.trim())
}

function check(what, value, least) {
  const isEnough = value >= least
  if (!isEnough) failures++
  console.error(`${isEnough ? 'holds ' : 'FELL  '} ${what}: ${value.toFixed(4)}, at least ${least.toFixed(4)}`)
}
