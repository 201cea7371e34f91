import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ReactNode, Ref } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import styles from './button.module.css'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  readonly children: ReactNode
  readonly look?: 'default' | 'primary' | 'plain' | 'danger' | 'danger-fill' | 'accent'
  readonly size?: 'medium' | 'small'
  readonly icon?: LucideIcon
  /** An icon after the words: the arrow of a menu. */
  readonly endIcon?: LucideIcon
  /** Set while what was pressed is under way: the spinner stays inside the button. */
  readonly isBusy?: boolean
  readonly className?: string | undefined
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button(props: ButtonProps): React.JSX.Element {
  const { children, look = 'default', size = 'medium', icon, endIcon, isBusy = false, className, ...rest } = props
  const iconSize = size === 'small' ? 'small' : 'medium'
  return (
    <AriaButton
      {...rest}
      isPending={isBusy}
      className={cx(styles.button, styles[look], size === 'small' && styles.small, className)}
    >
      {isBusy ? (
        <Icon of={LoaderCircle} size={iconSize} className={styles.spin} />
      ) : (
        icon !== undefined && <Icon of={icon} size={iconSize} />
      )}
      {children}
      {endIcon !== undefined && <Icon of={endIcon} size="small" />}
    </AriaButton>
  )
}
