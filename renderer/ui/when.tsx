import { formatDay } from './format.ts'

interface WhenProps {
  /** ISO 8601, a day or an instant. */
  readonly iso: string
  readonly format?: (iso: string) => string
  readonly className?: string | undefined
}

/** A date as people write it, with the exact one behind it. */
export function When({ iso, format = formatDay, className }: WhenProps): React.JSX.Element {
  return (
    <time dateTime={iso} className={className}>
      {format(iso)}
    </time>
  )
}
