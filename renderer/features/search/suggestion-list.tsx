import { CalendarDays, Circle, FolderInput, Languages, Shapes, Tag, UserRound, type LucideIcon } from 'lucide-react'
import { formatNumber, languageName } from '../../ui/format.ts'
import { OptionList } from '../../ui/option-list.tsx'
import styles from './suggestion-list.module.css'
import type { Suggestions } from './use-suggestions.ts'

interface SuggestionListProps {
  readonly id: string
  readonly suggestions: Suggestions
  readonly onChoose: (index: number) => void
  /** The rest of the query: the counts are within it. */
  readonly within: string
}

const icons: Readonly<Record<string, LucideIcon>> = {
  kind: Shapes,
  tag: Tag,
  source: FolderInput,
  author: UserRound,
  lang: Languages,
  after: CalendarDays,
  before: CalendarDays,
  is: Circle,
}

/** What may follow the colon of a filter. */
export function SuggestionList({ id, suggestions, onChoose, within }: SuggestionListProps): React.JSX.Element {
  const { options, active, key } = suggestions
  return (
    <div className={styles.layer} hidden={options.length === 0}>
      <OptionList
        id={id}
        label={`Values for ${key}`}
        active={active}
        onChoose={onChoose}
        options={options.map(({ value, count }) => ({
          key: value,
          label: key === 'lang' ? `${value}, ${languageName(value)}` : value,
          hint: formatNumber(count),
          icon: icons[key] ?? Circle,
        }))}
      />
      {within !== '' && <p className={styles.within}>Counted within {within}</p>}
    </div>
  )
}
