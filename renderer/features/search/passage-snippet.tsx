import type { Passage, Span } from '../../../shared/model/search.ts'
import { snippetStart } from '../../../shared/text/snippet.ts'
import { MarkedText } from '../../ui/marked-text.tsx'
import { passageBodyStart } from '../../ui/passage-body.ts'

interface PassageSnippetProps {
  readonly passage: Passage
  readonly title: string
  /** The sentence nearest in meaning, once it is known. */
  readonly near?: Span | null | undefined
  /** How much can be seen, in UTF-16 code units. */
  readonly length: number
}

/** A passage, without the heads that are shown elsewhere, from where its marks can be seen in the few lines it has. */
export function PassageSnippet({ passage, title, near = null, length }: PassageSnippetProps): React.JSX.Element {
  const skipped = passageBodyStart(passage.text, title, passage.heading)
  const text = passage.text.slice(skipped)
  const offset = passage.start + skipped
  const inText = ([start, end]: Span): Span => [start - offset, end - offset]
  const begin = snippetStart(text, {
    words: passage.words.filter(([start]) => start >= offset).map(inText),
    near: near === null || near[0] < offset ? null : inText(near),
    length,
  })
  return (
    <>
      {begin > 0 && '… '}
      <MarkedText text={text.slice(begin)} offset={offset + begin} words={passage.words} near={near} />
    </>
  )
}
