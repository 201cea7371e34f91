import { Switch as AriaSwitch } from 'react-aria-components/Switch'
import styles from './switch.module.css'

interface SwitchProps {
  /** What is switched, in a few words. */
  readonly label: string
  /** What it means when it is on. */
  readonly hint?: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

/** A line with a switch at its end; it acts at once. */
export function Switch({ label, hint, isOn, onChange }: SwitchProps): React.JSX.Element {
  return (
    <AriaSwitch isSelected={isOn} onChange={onChange} className={styles.switch}>
      <span className={styles.text}>
        <b>{label}</b>
        {hint !== undefined && <span>{hint}</span>}
      </span>
      <span className={styles.track} aria-hidden />
    </AriaSwitch>
  )
}
