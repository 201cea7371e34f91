import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RequestInput, RequestName, RequestOutput } from '../../shared/contract/requests.ts'
import { AkinError, isCode } from '../../shared/errors.ts'
import type { AkinClient } from './akin-client.ts'

export interface LiveState<N extends RequestName> {
  /** The newest reply; an old one stays until its successor has come. */
  readonly reply: RequestOutput<N> | null
  /** What `reply` answers. */
  readonly answers: RequestInput<N> | null
  /** What was asked for last; `null` for nothing. */
  readonly asked: RequestInput<N> | null
  readonly isLoading: boolean
  readonly error: AkinError | null
}

export interface LiveRequest<N extends RequestName> {
  readonly store: StoreApi<LiveState<N>>
  /** Asks after a pause of `waitMs`; the same again does nothing, `null` forgets everything. */
  readonly ask: (input: RequestInput<N> | null, waitMs?: number) => void
  /** Asks the same at once. */
  readonly again: () => void
  /** Gives up what is under way; what has come stays. */
  readonly stop: () => void
}

/** A request that follows what a person types: the last one counts, those before it are given up. */
export function createLiveRequest<N extends RequestName>(client: AkinClient, name: N): LiveRequest<N> {
  const nothing: LiveState<N> = { reply: null, answers: null, asked: null, isLoading: false, error: null }
  const store = createStore<LiveState<N>>(() => nothing)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | null = null
  const stop = (): void => {
    clearTimeout(timer)
    running?.abort()
    running = null
  }
  const run = async (input: RequestInput<N>): Promise<void> => {
    const controller = new AbortController()
    running = controller
    try {
      const reply = await client.request(name, input, { signal: controller.signal })
      if (!controller.signal.aborted) store.setState({ reply, answers: input, isLoading: false, error: null })
    } catch (error) {
      if (controller.signal.aborted) return
      if (!(error instanceof AkinError)) throw error
      if (isCode(error, 'cancelled')) store.setState({ isLoading: false })
      else store.setState({ isLoading: false, error })
    }
  }
  const start = (input: RequestInput<N>, waitMs: number): void => {
    stop()
    // What failed is asked for anew, and its message stays until an answer has come.
    store.setState({ asked: input, isLoading: true })
    timer = setTimeout(() => void run(input), waitMs)
  }
  return {
    store,
    stop() {
      stop()
      store.setState({ asked: null, isLoading: false })
    },
    ask(input, waitMs = 0) {
      const { asked } = store.getState()
      if (input === null) {
        stop()
        store.setState(nothing)
      } else if (asked === null || JSON.stringify(asked) !== JSON.stringify(input)) start(input, waitMs)
    },
    again() {
      const { asked } = store.getState()
      if (asked !== null) start(asked, 0)
    },
  }
}
