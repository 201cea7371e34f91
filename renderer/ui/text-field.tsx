import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode, Ref } from 'react'
import { FieldError } from 'react-aria-components/FieldError'
import { Group } from 'react-aria-components/Group'
import { Input } from 'react-aria-components/Input'
import { TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from 'react-aria-components/TextField'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import styles from './text-field.module.css'

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'children' | 'className'> {
  /** The accessible name; the words in the field are only a hint. */
  readonly label: string
  readonly icon?: LucideIcon
  readonly placeholder?: string
  /** What is wrong, as a sentence below the field. */
  readonly error?: string | null
  /** Stands at the end, inside the frame. */
  readonly end?: ReactNode
  readonly className?: string | undefined
  readonly inputRef?: Ref<HTMLInputElement>
}

export function TextField(props: TextFieldProps): React.JSX.Element {
  const { label, icon, placeholder, error = null, end, className, inputRef, ...rest } = props
  return (
    <AriaTextField {...rest} aria-label={label} isInvalid={error !== null} className={cx(styles.field, className)}>
      <Group className={styles.frame}>
        {icon !== undefined && <Icon of={icon} />}
        <Input ref={inputRef} placeholder={placeholder} className={styles.input} autoComplete="off" spellCheck={false} />
        {end}
      </Group>
      {error !== null && (
        <FieldError className={styles.error}>
          <Icon of={CircleAlert} size="small" />
          {error}
        </FieldError>
      )}
    </AriaTextField>
  )
}
