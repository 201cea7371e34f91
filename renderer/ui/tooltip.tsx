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
    // In the main landmark, so that nothing of the window stands outside of one.
    <AriaTooltip className={styles.tooltip} offset={6} UNSTABLE_portalContainer={document.querySelector('main') ?? document.body}>
      {children}
      {keys !== undefined && <Keys of={keys} />}
    </AriaTooltip>
  )
}
