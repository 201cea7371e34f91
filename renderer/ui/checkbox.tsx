import { Check, Minus } from 'lucide-react'
import type { ReactNode } from 'react'
import { Checkbox as AriaCheckbox, type CheckboxProps as AriaCheckboxProps } from 'react-aria-components/Checkbox'
import styles from './checkbox.module.css'
import { cx } from './class-names.ts'

interface CheckboxProps extends Omit<AriaCheckboxProps, 'children' | 'className'> {
  readonly children?: ReactNode
  readonly className?: string
}

export function Checkbox({ children, className, ...rest }: CheckboxProps): React.JSX.Element {
  return (
    <AriaCheckbox {...rest} className={cx(styles.checkbox, className)}>
      {({ isSelected, isIndeterminate }) => (
        <>
          <CheckMark isSelected={isSelected} isMixed={isIndeterminate} />
          {children}
        </>
      )}
    </AriaCheckbox>
  )
}

interface CheckMarkProps {
  readonly isSelected: boolean
  readonly isMixed?: boolean
}

/** The box alone, for rows that are selected as a whole. */
export function CheckMark({ isSelected, isMixed = false }: CheckMarkProps): React.JSX.Element {
  return (
    <span className={cx(styles.box, (isSelected || isMixed) && styles.on)} aria-hidden>
      {isMixed ? <Minus size={10} strokeWidth={3} /> : isSelected && <Check size={10} strokeWidth={3} />}
    </span>
  )
}
