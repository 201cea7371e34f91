import { useStore } from 'zustand'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { useDelayed } from '../ui/use-delayed.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './connection-banner.module.css'
import { useServices } from './services-context.ts'

/** Says so when the engine does not answer, and what happens about it. */
export function ConnectionBanner(): React.JSX.Element | null {
  const { connection, client } = useServices()
  const { state, message, retryAtMs } = useStore(connection)
  const seconds = useSecondsUntil(retryAtMs)
  // A blink of the line is not worth a word.
  const isLost = useDelayed(state === 'unreachable' || state === 'restarting', 700)
  if (state === 'failed') {
    return (
      <Banner look="error" className={styles.banner}>
        {message ?? 'Akin’s engine could not be started again'}. Close Akin and open it anew; nothing that was added is lost.
      </Banner>
    )
  }
  if (!isLost) return null
  if (state === 'restarting') {
    return (
      <Banner look="warning" className={styles.banner}>
        Akin’s engine stopped. Starting it again… Nothing is lost.
      </Banner>
    )
  }
  return (
    <Banner
      look="warning"
      className={styles.banner}
      actions={
        <Button look="plain" size="small" onPress={() => client.reconnect()}>
          Try now
        </Button>
      }
    >
      Akin does not answer. {seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again…'} What you see may be old.
    </Banner>
  )
}

function useSecondsUntil(atMs: number | null): number {
  const now = useNow(500)
  return atMs === null ? 0 : Math.max(0, Math.ceil((atMs - now) / 1_000))
}
