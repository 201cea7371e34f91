import { X } from 'lucide-react'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { countOf, formatNumber, shortenPath } from '../../ui/format.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Progress } from '../../ui/progress.tsx'
import { sentence } from '../../ui/sentence.ts'
import styles from './job-list.module.css'
import own from './transfers.module.css'

/** Files on their way into Akin, and those that did not get here. */
export function Transfers(): React.JSX.Element | null {
  const { imports } = useServices()
  const { transfers, unsent } = useStore(imports.store)
  return (
    <>
      {transfers.length > 0 && (
        <section aria-label="Taking in">
          <h2 className={styles.heading}>
            Taking in <span>{transfers.length}</span>
          </h2>
          {transfers.map(({ id, title, phase, found, sent }) => (
            <article key={id} className={styles.job}>
              <div className={styles.head}>
                <h3>{title}</h3>
                <span className={styles.actions}>
                  <IconButton icon={X} size="small" label="Cancel" onPress={() => imports.cancel(id)} />
                </span>
              </div>
              <Progress label={title} value={sent} max={phase === 'looking' ? null : found} className={styles.progress} />
              <p className={styles.meta}>
                {phase === 'looking'
                  ? `Looking through folders, ${countOf(found, 'file')} so far`
                  : `${formatNumber(sent)} of ${countOf(found, 'file')}`}
              </p>
            </article>
          ))}
        </section>
      )}
      {unsent.length > 0 && (
        <section aria-label="Not taken in">
          <h2 className={styles.heading}>
            Not taken in <span>{unsent.length}</span>
          </h2>
          <ul>
            {unsent.slice(0, 100).map(({ path, message, advice }, i) => (
              <li key={`${path} ${i}`} className={own.unsent}>
                <b title={path}>{shortenPath(path, 48)}</b>
                <span>{sentence(message, advice)}</span>
              </li>
            ))}
          </ul>
          <div className={styles.foot}>
            <Button look="plain" size="small" onPress={() => imports.forgetUnsent()}>
              Clear
            </Button>
          </div>
        </section>
      )}
    </>
  )
}
