import { Fragment, memo, type Ref } from 'react'
import type { TextSpan } from '../../ui/spans.ts'
import { useArticle } from './article-context.ts'
import styles from './article.module.css'
import { BlockGroup } from './block-group.tsx'
import { groupPieces, type PieceGroup } from './group-pieces.ts'
import type { Section } from './sections.ts'

interface ArticleSectionProps {
  readonly section: Section
  readonly isLaidOut: boolean
  /** Height to keep free while it is not laid out. */
  readonly height: number
  readonly ref: Ref<HTMLDivElement>
}

/** A few screens of the text; only an empty stretch of the same height while it is far from the window. */
export const ArticleSection = memo(function ArticleSection(props: ArticleSectionProps): React.JSX.Element {
  const { section, isLaidOut, height, ref } = props
  return (
    <div ref={ref} data-section={section.index} style={isLaidOut ? undefined : { height }}>
      {isLaidOut && <SectionBlocks section={section} />}
    </div>
  )
})

function SectionBlocks({ section }: { readonly section: Section }): React.JSX.Element {
  const { passage } = useArticle()
  return (
    <>
      {runsOf(groupPieces(section.pieces), passage).map(({ isPassage, page, groups }) => {
        const blocks = groups.map((group) => <BlockGroup key={group.pieces[0]!.start} group={group} isPassage={isPassage} />)
        return (
          <Fragment key={groups[0]!.pieces[0]!.start}>
            {page !== null && (
              <p className={styles.page}>
                <span>Page {page}</span>
              </p>
            )}
            {isPassage ? <div className={styles.passage}>{blocks}</div> : blocks}
          </Fragment>
        )
      })}
    </>
  )
}

interface Run {
  readonly isPassage: boolean
  /** The page that begins with it; `null` for none. */
  readonly page: number | null
  readonly groups: readonly PieceGroup[]
}

/** Neighbouring blocks that the passage covers, joined so that its ground has no gaps; a new page begins a new run. */
function runsOf(groups: readonly PieceGroup[], passage: TextSpan | null): Run[] {
  const runs: { isPassage: boolean; page: number | null; groups: PieceGroup[] }[] = []
  for (const group of groups) {
    const isPassage = passage !== null && isCovered(group, passage)
    const last = runs.at(-1)
    const { page } = group.pieces[0]!
    if (last?.isPassage === isPassage && page === null) last.groups.push(group)
    else runs.push({ isPassage, page, groups: [group] })
  }
  return runs
}

/** True when the passage takes up most of a group; of a lesser part only its own words are shown. */
function isCovered({ pieces }: PieceGroup, [from, to]: TextSpan): boolean {
  const start = pieces[0]!.start
  const end = pieces.at(-1)!.end
  const common = Math.min(end, to) - Math.max(start, from)
  return end > start ? common / (end - start) > 0.6 : start >= from && end <= to
}
