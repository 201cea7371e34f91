import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import styles from './divider.module.css'

interface DividerProps {
  readonly label: string
  readonly width: number
  readonly min: number
  readonly max: number
  /** Called while it moves; `isDone` at the end. */
  readonly onResize: (width: number, isDone: boolean) => void
  /** Which side the sized pane is on. */
  readonly side?: 'before' | 'after'
}

const step = 16

/** The line between two panes: it is dragged, or moved with the arrow keys. */
export function Divider({ label, width, min, max, onResize, side = 'before' }: DividerProps): React.JSX.Element {
  const start = useRef<{ x: number; width: number } | null>(null)
  const clamp = (value: number): number => Math.round(Math.min(max, Math.max(min, value)))
  const sign = side === 'before' ? 1 : -1
  const widthAt = (event: PointerEvent): number => clamp(start.current!.width + sign * (event.clientX - start.current!.x))
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = {
      ArrowLeft: width - sign * step,
      ArrowRight: width + sign * step,
      Home: min,
      End: max,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    onResize(clamp(to), true)
  }
  return (
    // A separator that moves is a control, by ARIA's own words.
    <div
      className={styles.divider}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) => start.current !== null && onResize(widthAt(event), false)}
      onPointerUp={(event) => {
        if (start.current === null) return
        onResize(widthAt(event), true)
        start.current = null
      }}
      onPointerCancel={() => {
        start.current = null
      }}
    />
  )
}
