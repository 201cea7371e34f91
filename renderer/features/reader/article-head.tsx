import { ImageOff } from 'lucide-react'
import type { Document } from '../../../shared/model/document.ts'
import { Button } from '../../ui/button.tsx'
import { countOf, formatLongDay, readingTime } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { When } from '../../ui/when.tsx'
import styles from './article.module.css'
import type { BlockedPictures } from './pictures.ts'

interface ArticleHeadProps {
  readonly document: Document
  readonly blocked: BlockedPictures
  readonly onLoadOnce: () => void
  readonly onAlwaysLoad: () => void
  /** Beside a list, the bar above names the source. */
  readonly isCompact: boolean
}

/** Title, author and what is held back. */
export function ArticleHead({ document, blocked, onLoadOnce, onAlwaysLoad, isCompact }: ArticleHeadProps): React.JSX.Element {
  const { title, author, source, publishedAt, importedAt, wordCount, pageCount, tags } = document
  return (
    <header>
      <h1 className={styles.title}>{title}</h1>
      <p className={styles.byline}>
        {author !== null && <span>{author}</span>}
        {!isCompact && source.label !== author && <span>{source.label}</span>}
        <When iso={publishedAt ?? importedAt} format={formatLongDay} />
        {pageCount > 1 && <span>{countOf(pageCount, 'page')}</span>}
        {wordCount > 0 && <span>{readingTime(wordCount)}</span>}
        {tags.map((tag) => (
          <span key={tag} className={styles.tag}>
            {tag}
          </span>
        ))}
      </p>
      {blocked.count > 0 && (
        <div className={styles.blocked}>
          <Icon of={ImageOff} />
          <span>
            {countOf(blocked.count, 'picture')} of other sites {blocked.count === 1 ? 'is' : 'are'} not loaded.
          </span>
          <Button look="plain" size="small" onPress={onLoadOnce}>
            Load once
          </Button>
          <Button look="plain" size="small" onPress={onAlwaysLoad}>
            {blocked.sites.length === 1 ? `Always from ${blocked.sites[0]!}` : `Always from these ${blocked.sites.length} sites`}
          </Button>
        </div>
      )}
    </header>
  )
}
