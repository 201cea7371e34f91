import type { LucideIcon } from 'lucide-react'
import type { Ref } from 'react'
import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button'
import { TooltipTrigger } from 'react-aria-components/Tooltip'
import { cx } from './class-names.ts'
import styles from './icon-button.module.css'
import { Icon } from './icon.tsx'
import { Tooltip } from './tooltip.tsx'

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'className' | 'aria-label'> {
  readonly icon: LucideIcon
  /** The accessible name, and the words of the tooltip. */
  readonly label: string
  /** The key that does the same, shown in the tooltip. */
  readonly keys?: string
  /** Given for switches: true means "on". */
  readonly isOn?: boolean
  readonly isFilled?: boolean
  readonly size?: 'medium' | 'small'
  readonly tone?: 'default' | 'star' | 'danger'
  readonly className?: string | undefined
  readonly ref?: Ref<HTMLButtonElement>
}

/** A button that is only an icon: it always has a name and a tooltip. */
export function IconButton(props: IconButtonProps): React.JSX.Element {
  const { icon, label, keys, isOn, isFilled, size = 'medium', tone = 'default', className, ...rest } = props
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        {...rest}
        aria-label={label}
        aria-pressed={isOn}
        className={cx(styles.button, size === 'small' && styles.small, styles[tone], isOn && styles.on, className)}
      >
        <Icon of={icon} size={size === 'small' ? 'small' : 'medium'} isFilled={isFilled ?? false} />
      </AriaButton>
      <Tooltip keys={keys}>{label}</Tooltip>
    </TooltipTrigger>
  )
}
