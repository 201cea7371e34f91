import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import { cx } from './class-names.ts'
import styles from './segments.module.css'

interface SegmentsProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string; readonly isDisabled?: boolean }[]
  readonly onChange: (value: T) => void
  readonly size?: 'medium' | 'small'
}

/** Two or three choices of which one holds. */
export function Segments<T extends string>(props: SegmentsProps<T>): React.JSX.Element {
  const { label, value, options, onChange, size = 'medium' } = props
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [key] = keys
        if (key !== undefined) onChange(key as T)
      }}
      className={cx(styles.segments, size === 'small' && styles.small)}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className={styles.segment} isDisabled={option.isDisabled ?? false}>
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
