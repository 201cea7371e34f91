import type { OnnxModel } from './onnx-model.ts'

/** Share up to which earlier states may move with the last token: 8-bit models leak a little through their one scale. */
export const mostLeak = 0.1

const sample = 'The harbour wall stood where it had stood'

/**
 * How far the states of earlier tokens move when the last token changes, as a share of how far its own moves: 0 in a model
 * that reads from left to right. The model must show its states.
 */
export async function leakOf({ tokenizer, session, spec }: OnnxModel): Promise<number> {
  const ids = tokenizer.idsOf(sample).slice(0, spec.maxInputTokens)
  const other = [...ids.slice(0, -1), ids.at(-1) === ids[0] ? ids[1]! : ids[0]!]
  const [states] = await session.states([ids])
  const [moved] = await session.states([other])
  const lastAt = (ids.length - 1) * spec.dimension
  return (
    greatestDifference(states!.subarray(0, lastAt), moved!.subarray(0, lastAt)) /
    greatestDifference(states!.subarray(lastAt), moved!.subarray(lastAt))
  )
}

export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let greatest = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    if (!(difference <= greatest)) greatest = difference
  }
  return greatest
}
