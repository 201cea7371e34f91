import { TextArea as AriaTextArea } from 'react-aria-components/TextArea'
import { TextField } from 'react-aria-components/TextField'
import { cx } from './class-names.ts'
import styles from './text-area.module.css'

interface TextAreaProps {
  /** The accessible name. */
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  readonly maxLength?: number
  /** Lines it has when it is empty; it grows with its text to ten. */
  readonly rows?: number
  readonly className?: string | undefined
}

const lineHeightPx = 20
/** Padding and edges above and below. */
const framePx = 14

/** Text of several lines; grows with what is in it. */
export function TextArea(props: TextAreaProps): React.JSX.Element {
  const { label, value, onChange, placeholder, maxLength, rows = 1, className } = props
  return (
    <TextField aria-label={label} value={value} onChange={onChange} className={cx(styles.field, className)}>
      <AriaTextArea
        rows={rows}
        style={{ minHeight: rows * lineHeightPx + framePx }}
        placeholder={placeholder}
        maxLength={maxLength}
        spellCheck={false}
        autoComplete="off"
        className={styles.area}
      />
    </TextField>
  )
}
