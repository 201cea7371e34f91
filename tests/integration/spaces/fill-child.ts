/**
 * Fills a space until it is killed; prints each passage whose vector the inference process gave.
 *
 *     node fill-child.ts <folder> <model>
 */
import { writeSync } from 'node:fs'
import { openEngine } from '../../../engine/engine.ts'
import type { FromInference, ToInference } from '../../../engine/embedding/onnx/protocol.ts'
import { locateResources } from '../../../engine/host/locate.ts'
import { watchedSpawn } from '../../harness/engine-spawn.ts'

const [folder, modelId] = process.argv.slice(2) as [string, string]
const asked = new Map<number, string>()
const { spawn } = watchedSpawn({
  onPosted: (message) => {
    const one = message as ToInference
    if (one.type === 'embed') asked.set(one.id, one.text)
  },
  onMessage: (message) => {
    const { type, id } = message as FromInference
    if (type === 'vector') writeSync(1, `${JSON.stringify(asked.get(id))}\n`)
  },
})
const engine = await openEngine({ folder, ...locateResources(), spawn })
await engine.request('spaces.add', { recipe: { type: 'local', modelId } })
