import { LockOpen } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { countOf, formatNumber } from '../../ui/format.ts'
import styles from './privacy-lock.module.css'
import { isThisComputer } from './space-facts.ts'

interface PrivacyLockProps {
  readonly sends: { readonly to: string; readonly tokens: number; readonly isExact: boolean }
  readonly passages: number
  readonly onNo: () => void
  readonly onYes: () => void
}

/** Asked before the first text leaves: what is sent, where to, and for how long. */
export function PrivacyLock({ sends, passages, onNo, onYes }: PrivacyLockProps): React.JSX.Element {
  const { to, tokens, isExact } = sends
  const isNear = isThisComputer(to)
  return (
    <Dialog title={`Send texts to ${to}?`} isOpen onClose={onNo} size="small" role="alertdialog">
      <div className={styles.body}>
        <p>With this space, Akin sends:</p>
        <ul>
          <li>
            <b>{countOf(passages, 'passage')} of your library</b>, {isExact ? '' : 'about '}
            {formatNumber(tokens)} tokens, as soon as you say yes
          </li>
          <li>
            <b>every later item</b> that you add, while this space is there
          </li>
          <li>
            <b>every search</b> in this space
          </li>
        </ul>
        <p className={styles.note}>
          {isNear
            ? 'That address is a program on this computer. What it does with the texts is up to it.'
            : 'What the service does with the texts, and what it costs, is between you and it. Akin cannot take back what was sent.'}{' '}
          Removing the space ends it; Settings, Privacy shows what was sent since when.
        </p>
      </div>
      <footer className={styles.foot}>
        <Button autoFocus onPress={onNo}>
          Send nothing
        </Button>
        <Button look="primary" icon={LockOpen} onPress={onYes}>
          Yes, send them
        </Button>
      </footer>
    </Dialog>
  )
}
