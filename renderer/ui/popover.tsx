import type { ReactNode } from 'react'
import { Popover as AriaPopover, type PopoverProps as AriaPopoverProps } from 'react-aria-components/Popover'
import { cx } from './class-names.ts'
import styles from './popover.module.css'

interface PopoverProps extends Omit<AriaPopoverProps, 'children' | 'className'> {
  readonly children: ReactNode
  readonly className?: string | undefined
  /** True when a dialog with a name of its own is inside: the layer then needs none. */
  readonly holdsDialog?: boolean
}

/** A layer beside what opened it. */
export function Popover({ children, className, holdsDialog = false, ...rest }: PopoverProps): React.JSX.Element {
  const naming = holdsDialog ? { 'aria-labelledby': '' } : {}
  return (
    <AriaPopover offset={4} {...naming} {...rest} className={cx(styles.popover, className)} data-layer>
      {children}
    </AriaPopover>
  )
}
