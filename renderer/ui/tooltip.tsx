import type { ReactNode } from 'react'
import { Tooltip as AriaTooltip } from 'react-aria-components/Tooltip'
import { Keys } from './keys.tsx'
import styles from './tooltip.module.css'

export function Tooltip({
  children,
  keys,
}: {
  readonly children: ReactNode
  readonly keys?: string | undefined
}): React.JSX.Element {
  return (
    <AriaTooltip className={styles.tooltip} offset={6}>
      {children}
      {keys !== undefined && <Keys of={keys} />}
    </AriaTooltip>
  )
}
