import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { RequestInput, RequestName } from '../../shared/contract/requests.ts'
import { createLiveRequest, type LiveState } from '../client/live-request.ts'
import { useServices } from './services-context.ts'

export interface Live<N extends RequestName> extends LiveState<N> {
  /** Asks the same once more. */
  readonly again: () => void
}

/** Asks for what the screen shows, after a pause while it changes; `null` asks for nothing. */
export function useLiveRequest<N extends RequestName>(name: N, input: RequestInput<N> | null, waitMs = 0): Live<N> {
  const { client } = useServices()
  const [live] = useState(() => createLiveRequest(client, name))
  const key = JSON.stringify(input)
  useEffect(() => {
    live.ask(JSON.parse(key) as RequestInput<N> | null, waitMs)
  }, [live, key, waitMs])
  useEffect(() => {
    const stopRefresh = client.onRefresh(live.again)
    return () => {
      stopRefresh()
      live.stop()
    }
  }, [client, live])
  return { ...useStore(live.store), again: live.again }
}
