import { Check, ChevronDown } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import menu from './menu.module.css'
import { Popover } from './popover.tsx'
import styles from './select.module.css'

export interface SelectOption<T extends string> {
  readonly value: T
  readonly label: string
  /** At the end of the line, quieter. */
  readonly hint?: string
  readonly isDisabled?: boolean
}

interface SelectProps<T extends string> {
  /** The accessible name; what stands beside the field says it to the eye. */
  readonly label: string
  /** `null` while nothing is chosen. */
  readonly value: T | null
  readonly options: readonly SelectOption<T>[]
  readonly onChange: (value: T) => void
  readonly placeholder?: string
  readonly isDisabled?: boolean
  readonly className?: string | undefined
}

/** One choice of several, in a field; `Segments` is better for two or three. */
export function Select<T extends string>(props: SelectProps<T>): React.JSX.Element {
  const { label, value, options, onChange, placeholder = 'Choose', isDisabled = false, className } = props
  return (
    <AriaSelect
      aria-label={label}
      value={value}
      onChange={(key) => key !== null && onChange(key as T)}
      isDisabled={isDisabled}
      className={cx(styles.select, className)}
    >
      <Button className={styles.button}>
        <SelectValue className={styles.value}>
          {({ isPlaceholder }) => (isPlaceholder ? placeholder : options.find((one) => one.value === value)?.label)}
        </SelectValue>
        <Icon of={ChevronDown} size="small" />
      </Button>
      <Popover className={styles.popover}>
        <ListBox className={menu.menu} aria-label={label}>
          {options.map((option) => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              isDisabled={option.isDisabled ?? false}
              className={menu.item}
            >
              <span className={menu.check}>{option.value === value && <Icon of={Check} size="small" />}</span>
              <span className={menu.label}>{option.label}</span>
              {option.hint !== undefined && <span className={menu.hint}>{option.hint}</span>}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}
