import type { ReactNode } from 'react'
import { Popover as AriaPopover, type PopoverProps } from 'react-aria-components/Popover'
import { cx } from './class-names.ts'
import styles from './popover.module.css'

/** A layer beside what opened it. */
export function Popover({
  children,
  className,
  ...rest
}: Omit<PopoverProps, 'children' | 'className'> & {
  readonly children: ReactNode
  readonly className?: string | undefined
}): React.JSX.Element {
  return (
    <AriaPopover offset={4} {...rest} className={cx(styles.popover, className)} data-layer>
      {children}
    </AriaPopover>
  )
}
