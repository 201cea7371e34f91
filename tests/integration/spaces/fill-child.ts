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
// Each process counts its requests for itself
const asked = new Map<string, string>()
const { spawn } = watchedSpawn({
  onPosted: (message, service) => {
    const one = message as ToInference
    if (one.type === 'embed') asked.set(`${service.pid} ${one.id}`, one.text)
  },
  onMessage: (message, service) => {
    const { type, id } = message as FromInference
    if (type === 'vector') writeSync(1, `${JSON.stringify(asked.get(`${service.pid} ${id}`))}\n`)
  },
})
const engine = await openEngine({ folder, ...locateResources(), spawn })
await engine.request('spaces.add', { recipe: { type: 'local', modelId } })
