import { memo, useEffect, useRef } from 'react'
import { Button } from 'react-aria-components/Button'
import { Link } from 'react-router'
import type { Document } from '../../../shared/model/document.ts'
import { cx } from '../../ui/class-names.ts'
import { countOf, formatNumber, languageName } from '../../ui/format.ts'
import { kindLooks } from '../../ui/kinds.ts'
import { SideHead } from '../../ui/side-list.tsx'
import side from '../../ui/side-list.module.css'
import { When } from '../../ui/when.tsx'
import { nameOfLocation } from '../documents/document-actions.ts'
import { StatusMark } from '../documents/status-mark.tsx'
import { pathOfItem } from '../documents/item-path.ts'
import styles from './outline-pane.module.css'
import { currentEntry, type OutlineEntry } from './outline.ts'

interface OutlinePaneProps {
  readonly document: Document
  readonly entries: readonly OutlineEntry[]
  /** Where one reads. */
  readonly readAt: number
  readonly onGo: (offset: number) => void
}

/** The headings of the text, and what is known about the item. */
export function OutlinePane({ document, entries, readAt, onGo }: OutlinePaneProps): React.JSX.Element {
  return (
    <div className={styles.pane}>
      {entries.length > 0 && <Outline entries={entries} readAt={readAt} onGo={onGo} />}
      <section aria-labelledby="about-item">
        <SideHead id="about-item">About this item</SideHead>
        <Facts document={document} />
      </section>
      {document.backlinks.length > 0 && (
        <nav aria-labelledby="backlinks">
          <SideHead id="backlinks">Linked from</SideHead>
          {document.backlinks.map(({ documentId, title }) => (
            <Link key={documentId} to={pathOfItem(documentId)} className={side.item}>
              <span className={side.label}>{title}</span>
            </Link>
          ))}
        </nav>
      )}
    </div>
  )
}

function Outline({ entries, readAt, onGo }: Omit<OutlinePaneProps, 'document'>): React.JSX.Element {
  const current = currentEntry(entries, readAt)
  const list = useRef<HTMLElement>(null)
  useEffect(() => {
    list.current?.querySelectorAll('button')[current]?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <nav aria-labelledby="outline" ref={list} className={styles.outline}>
      <SideHead id="outline">Outline</SideHead>
      {entries.map(({ title, depth, start }, i) => (
        <OutlineLine key={start} title={title} depth={depth} start={start} isCurrent={i === current} onGo={onGo} />
      ))}
    </nav>
  )
}

interface OutlineLineProps extends OutlineEntry {
  readonly isCurrent: boolean
  readonly onGo: (offset: number) => void
}

/** Long books have hundreds: only those that change are drawn anew. */
const OutlineLine = memo(function OutlineLine(props: OutlineLineProps): React.JSX.Element {
  const { title, depth, start, isCurrent, onGo } = props
  return (
    <Button
      className={cx(side.item, styles[`depth${depth}`])}
      aria-current={isCurrent ? 'true' : undefined}
      onPress={() => onGo(start)}
    >
      <span className={side.label}>{title}</span>
    </Button>
  )
})

function Facts({ document }: { readonly document: Document }): React.JSX.Element {
  const { kind, author, publishedAt, importedAt, readAt, wordCount, pageCount, language, sources } = document
  const facts: [string, React.ReactNode][] = [
    ['Kind', kindLooks[kind].name],
    ['Author', author],
    ['Published', publishedAt === null ? null : <When iso={publishedAt} />],
    ['Added', <When key="added" iso={importedAt} />],
    ['Read', readAt === null ? null : <When iso={readAt} />],
    ['Length', wordCount === 0 ? null : countOf(wordCount, 'word')],
    ['Pages', pageCount > 1 ? formatNumber(pageCount) : null],
    ['Language', language === null ? null : languageName(language)],
    ['Tags', document.tags.length === 0 ? null : <TagList tags={document.tags} />],
    [sources.length > 1 ? 'Sources' : 'Source', <SourceList key="sources" sources={sources} title={document.title} />],
    ['Status', <StatusMark key="status" item={document} />],
  ]
  return (
    <dl className={styles.facts}>
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

function TagList({ tags }: { readonly tags: readonly string[] }): React.JSX.Element {
  return (
    <>
      {tags.map((tag) => (
        <Link key={tag} to={`/library?${new URLSearchParams({ tag })}`} className={styles.tag}>
          {tag}
        </Link>
      ))}
    </>
  )
}

/** Where it lies; the file's name only where the title says something else. */
function describeSource(label: string, name: string, title: string): string {
  return name === title ? label : `${label} · ${name}`
}

function SourceList({ sources, title }: Pick<Document, 'sources' | 'title'>): React.JSX.Element {
  return (
    <>
      {sources.map(({ location, label, type }) => (
        <span key={location} className={styles.source} title={type === 'inline' ? label : location}>
          {describeSource(label, type === 'inline' ? title : nameOfLocation(location), title)}
        </span>
      ))}
    </>
  )
}
