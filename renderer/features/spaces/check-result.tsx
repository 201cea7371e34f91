import { Check, CircleAlert, Cloud, KeyRound, LoaderCircle } from 'lucide-react'
import type { RequestOutput } from '../../../shared/contract/requests.ts'
import type { Live } from '../../app/use-live-request.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { countOf, formatDuration, formatNumber } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { sentence } from '../../ui/sentence.ts'
import { useDelayed } from '../../ui/use-delayed.ts'
import styles from './check-result.module.css'

type Check = RequestOutput<'spaces.check'>

interface CheckResultProps {
  readonly check: Live<'spaces.check'>
  /** False while the form lacks something. */
  readonly isWhole: boolean
  /** True while the service would refuse what is sent. */
  readonly needsKey: boolean
}

/** What the space would be and take: known before it is made, and without anything sent. */
export function CheckResult({ check, isWhole, needsKey }: CheckResultProps): React.JSX.Element {
  const { reply, isLoading, error, again } = check
  const isLate = useDelayed(isLoading)
  return (
    <div className={styles.check} role="status">
      {!isWhole ? (
        <p className={styles.line}>Fill in the rest, and what the space takes is shown here.</p>
      ) : isLate ? (
        <p className={styles.line}>
          <Icon of={LoaderCircle} size="small" className={styles.spin} />
          Trying the model on three sentences…
        </p>
      ) : error !== null ? (
        <p className={cx(styles.line, styles.failed)}>
          <Icon of={CircleAlert} size="small" />
          <span>{sentence(error.message, error.advice)}</span>
          <Button look="plain" size="small" onPress={again}>
            Try again
          </Button>
        </p>
      ) : (
        reply !== null && <Figures check={reply} needsKey={needsKey} />
      )}
    </div>
  )
}

function Figures({ check, needsKey }: { readonly check: Check; readonly needsKey: boolean }): React.JSX.Element {
  const { name, dimension, selfTest, existingId, passages, sends, seconds } = check
  return (
    <>
      <dl className={styles.facts}>
        <div>
          <dt>Name</dt>
          <dd>{name}</dd>
        </div>
        {dimension !== null && (
          <div>
            <dt>Dimension</dt>
            <dd>{formatNumber(dimension)}</dd>
          </div>
        )}
        <div>
          <dt>To fill</dt>
          <dd>
            {countOf(passages, 'passage')}
            {seconds !== null && seconds > 0 && `, about ${formatDuration(roundly(seconds))}`}
          </dd>
        </div>
      </dl>
      {selfTest !== null && <SelfTestLine selfTest={selfTest} />}
      {sends !== null && (
        <p className={styles.line}>
          <Icon of={Cloud} size="small" />
          <span>
            Would send {sends.isExact ? '' : 'about '}
            {countOf(sends.tokens, 'token')} to {sends.to}. Nothing has been sent yet.
          </span>
        </p>
      )}
      {needsKey && (
        <p className={styles.line}>
          <Icon of={KeyRound} size="small" />
          This service asks for a key: keep one above first.
        </p>
      )}
      {existingId !== null && (
        <p className={styles.line}>
          <Icon of={Check} size="small" />
          This space is there already: there is nothing to add.
        </p>
      )}
    </>
  )
}

function SelfTestLine({ selfTest }: { readonly selfTest: NonNullable<Check['selfTest']> }): React.JSX.Element {
  const { isPassed, near, far, problems } = selfTest
  return (
    <p className={cx(styles.line, isPassed ? styles.passed : styles.failed)}>
      <Icon of={isPassed ? Check : CircleAlert} size="small" />
      <span>
        {isPassed
          ? `It tells meanings apart: sentences near in meaning score ${near.toFixed(2)}, others ${far.toFixed(2)} (1 is the same).`
          : sentence(
              ...(problems.length > 0 ? problems : [`It does not tell meanings apart: ${near.toFixed(2)} and ${far.toFixed(2)}`]),
            )}
      </span>
    </p>
  )
}

/** Estimates are not told to the second. */
function roundly(seconds: number): number {
  return seconds < 60 ? Math.max(5, Math.ceil(seconds / 5) * 5) : Math.ceil(seconds / 60) * 60
}
