import { useEffect } from 'react'
import { cx } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import { Keys } from '../../ui/keys.tsx'
import { MarkedText } from '../../ui/marked-text.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { PaletteItem, PaletteSection } from './palette-items.ts'
import styles from './palette.module.css'

interface PaletteListProps {
  readonly id: string
  readonly sections: readonly PaletteSection[]
  readonly activeId: string | null
  /** True when items are still to come and it takes a while. */
  readonly isLate: boolean
  readonly onRun: (item: PaletteItem) => void
  readonly onHover: (item: PaletteItem) => void
}

export function PaletteList(props: PaletteListProps): React.JSX.Element {
  const { id, sections, activeId, isLate, onRun, onHover } = props
  useEffect(() => {
    if (activeId !== null) document.getElementById(`${id}-${activeId}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, activeId])
  return (
    <div className={styles.list} id={id} role="listbox" aria-label="Found">
      {isLate && (
        <div className={styles.item} role="presentation">
          <Skeleton width={30} className={styles.skeleton} />
        </div>
      )}
      {sections.map(({ title, items }) => (
        <div key={title} role="group" aria-label={title}>
          <h2 className={styles.title} aria-hidden>
            {title}
          </h2>
          {items.map((item) => (
            <PaletteRow
              key={item.id}
              id={`${id}-${item.id}`}
              item={item}
              isActive={item.id === activeId}
              onRun={onRun}
              onHover={onHover}
            />
          ))}
        </div>
      ))}
      {sections.length === 0 && <p className={styles.empty}>No command has these words</p>}
    </div>
  )
}

interface PaletteRowProps {
  readonly id: string
  readonly item: PaletteItem
  readonly isActive: boolean
  readonly onRun: (item: PaletteItem) => void
  readonly onHover: (item: PaletteItem) => void
}

function PaletteRow({ id, item, isActive, onRun, onHover }: PaletteRowProps): React.JSX.Element {
  const isDisabled = item.disabledReason !== null
  return (
    // The keys are those of the box above, which owns the list.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      aria-disabled={isDisabled || undefined}
      className={cx(styles.item, isActive && styles.active, isDisabled && styles.disabled)}
      onPointerMove={() => !isActive && !isDisabled && onHover(item)}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => onRun(item)}
    >
      <Icon of={item.icon} />
      <span className={styles.label}>
        <MarkedText text={item.title} words={item.titleSpans} />
      </span>
      {item.hint !== null && (
        <span className={styles.hint}>
          <MarkedText text={item.hint} words={item.hintSpans} />
        </span>
      )}
      {item.keys !== null && <Keys of={item.keys} />}
    </div>
  )
}
