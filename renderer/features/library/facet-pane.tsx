import { Trash2, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { Button, type PressEvent } from 'react-aria-components/Button'
import { useStore } from 'zustand'
import { documentKinds, documentStatuses, type DocumentStatus } from '../../../shared/model/document.ts'
import type { Facets, FacetValue } from '../../../shared/model/library.ts'
import { useServices } from '../../app/services-context.ts'
import { cx } from '../../ui/class-names.ts'
import { formatNumber, languageName } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { kindLooks } from '../../ui/kinds.ts'
import { moveFocus } from '../../ui/move-focus.ts'
import { SideHead } from '../../ui/side-list.tsx'
import side from '../../ui/side-list.module.css'
import styles from './facet-pane.module.css'
import { emptyView, facetFields, withFacet, type FacetField, type LibraryView } from './library-view.ts'

interface FacetPaneProps {
  readonly view: LibraryView
  readonly onView: (view: LibraryView) => void
}

const statusNames: Readonly<Record<DocumentStatus, string>> = {
  indexed: 'Searchable',
  pending: 'Waiting',
  failed: 'Failed',
  skipped: 'Skipped',
}

/** What is in the library, with counts; a press shows only that, Ctrl adds. */
export function FacetPane({ view, onView }: FacetPaneProps): React.JSX.Element {
  const { library, status } = useServices()
  const facets = useStore(library.store, (state) => state.facets)
  const trashed = useStore(status.store, (state) => state.status?.trashed ?? 0)
  const shared = { view, onView }
  return (
    // Moves the focus among the buttons.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <nav className={styles.pane} aria-label="Filters" onKeyDown={(event) => moveFocus(event, 'button')}>
      <KindFacets {...shared} facets={facets} />
      <StateFacets {...shared} facets={facets} />
      <FacetSection {...shared} title="Tag" field="tags" values={facets?.tags ?? []} shown={6} />
      <FacetSection {...shared} title="Source" field="sources" values={facets?.sources ?? []} shown={5} />
      <FacetSection
        {...shared}
        title="Language"
        field="languages"
        values={facets?.languages ?? []}
        shown={4}
        nameOf={languageName}
      />
      <FacetSection {...shared} title="Author" field="authors" values={facets?.authors ?? []} shown={4} />
      <div className={styles.foot}>
        <FacetButton
          icon={Trash2}
          isOn={view.isTrash}
          count={trashed}
          onPress={() => onView({ ...emptyView, isTrash: !view.isTrash })}
        >
          Trash
        </FacetButton>
      </div>
    </nav>
  )
}

interface FacetGroupProps extends FacetPaneProps {
  readonly facets: Facets | null
}

function KindFacets({ view, onView, facets }: FacetGroupProps): React.JSX.Element {
  const isAll = facetFields.every((field) => view[field].length === 0) && !view.isStarred && !view.isUnread
  const total = facets === null ? null : facets.kinds.reduce((sum, { count }) => sum + count, 0)
  const showAll = (): void => onView({ ...emptyView, contains: view.contains, isTrash: view.isTrash })
  return (
    <>
      <SideHead>Kind</SideHead>
      <FacetButton isOn={isAll} count={total} onPress={showAll}>
        All
      </FacetButton>
      {documentKinds.map((kind) => (
        <Facet
          key={kind}
          field="kinds"
          value={kind}
          icon={kindLooks[kind].icon}
          view={view}
          onView={onView}
          values={facets?.kinds ?? null}
        >
          {kindLooks[kind].plural}
        </Facet>
      ))}
    </>
  )
}

function StateFacets({ view, onView, facets }: FacetGroupProps): React.JSX.Element {
  return (
    <>
      <SideHead>Status</SideHead>
      {documentStatuses.map((one) => (
        <Facet
          key={one}
          field="statuses"
          value={one}
          view={view}
          onView={onView}
          values={facets?.statuses ?? null}
          isAlarming={one === 'failed'}
        >
          {statusNames[one]}
        </Facet>
      ))}
      <FacetButton
        isOn={view.isStarred}
        count={facets?.starred ?? null}
        onPress={() => onView({ ...view, isStarred: !view.isStarred })}
      >
        Starred
      </FacetButton>
      <FacetButton
        isOn={view.isUnread}
        count={facets?.unread ?? null}
        onPress={() => onView({ ...view, isUnread: !view.isUnread })}
      >
        Unread
      </FacetButton>
    </>
  )
}

interface FacetSectionProps extends FacetPaneProps {
  readonly title: string
  readonly field: FacetField
  readonly values: readonly FacetValue[]
  readonly shown: number
  readonly nameOf?: (value: string) => string
}

function FacetSection(props: FacetSectionProps): React.JSX.Element | null {
  const { title, field, values, shown, view, onView, nameOf = (value) => value } = props
  const [isOpen, setOpen] = useState(false)
  const chosen: readonly string[] = view[field]
  const all = [
    ...values,
    ...chosen.filter((one) => !values.some(({ value }) => value === one)).map((value) => ({ value, count: 0 })),
  ]
  if (all.length === 0) return null
  const visible = isOpen ? all : all.filter(({ value }, i) => i < shown || chosen.includes(value))
  return (
    <>
      <SideHead>{title}</SideHead>
      {visible.map(({ value }) => (
        <Facet key={value} field={field} value={value} view={view} onView={onView} values={values}>
          {nameOf(value)}
        </Facet>
      ))}
      {all.length > visible.length && (
        <Button className={cx(side.item, styles.more)} onPress={() => setOpen(true)}>
          Show {formatNumber(all.length - visible.length)} more
        </Button>
      )}
      {isOpen && all.length > shown && (
        <Button className={cx(side.item, styles.more)} onPress={() => setOpen(false)}>
          Show fewer
        </Button>
      )}
    </>
  )
}

interface FacetProps extends FacetPaneProps {
  readonly field: FacetField
  readonly value: string
  readonly values: readonly FacetValue[] | null
  readonly icon?: LucideIcon
  readonly isAlarming?: boolean
  readonly children: ReactNode
}

function Facet({ field, value, values, view, onView, icon, isAlarming = false, children }: FacetProps): React.JSX.Element {
  const count = values === null ? null : (values.find((one) => one.value === value)?.count ?? 0)
  const chosen: readonly string[] = view[field]
  return (
    <FacetButton
      icon={icon}
      isOn={chosen.includes(value)}
      count={count}
      isAlarming={isAlarming}
      onPress={(event) => onView(withFacet(view, field, value, event.ctrlKey || event.metaKey))}
    >
      {children}
    </FacetButton>
  )
}

interface FacetButtonProps {
  readonly isOn: boolean
  readonly count: number | null
  readonly icon?: LucideIcon | undefined
  readonly isAlarming?: boolean
  readonly onPress: (event: PressEvent) => void
  readonly children: ReactNode
}

function FacetButton({ isOn, count, icon, isAlarming = false, onPress, children }: FacetButtonProps): React.JSX.Element {
  return (
    <Button className={side.item} aria-pressed={isOn} onPress={onPress}>
      {icon !== undefined && <Icon of={icon} />}
      <span className={side.label}>{children}</span>
      {count !== null && (
        <span className={cx(side.count, isAlarming && count > 0 && styles.alarming)}>{formatNumber(count)}</span>
      )}
    </Button>
  )
}
