import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog'
import { dayOf } from '../../../shared/query/grammar.ts'
import { Button } from '../../ui/button.tsx'
import { formatDay } from '../../ui/format.ts'
import { Popover } from '../../ui/popover.tsx'
import { TextField } from '../../ui/text-field.tsx'
import styles from './date-menu.module.css'
import { datePresets } from './date-presets.ts'
import { filterValues, setFilter } from './query-draft.ts'

interface DateMenuProps {
  readonly query: string
  readonly onQuery: (query: string) => void
}

/** A stretch of time as `after:` and `before:`: common ones at a press, any other by typing. */
export function DateMenu({ query, onQuery }: DateMenuProps): React.JSX.Element {
  const after = filterValues(query, 'after').at(-1) ?? ''
  const before = filterValues(query, 'before').at(-1) ?? ''
  return (
    <DialogTrigger>
      <Button look="plain" size="small" endIcon={ChevronDown}>
        {describe(after, before)}
      </Button>
      <Popover holdsDialog placement="bottom start">
        <Dialog aria-label="Date" className={styles.dialog}>
          {({ close }) => (
            <>
              <ul>
                {datePresets(new Date()).map((preset) => (
                  <li key={preset.name}>
                    <Button
                      look="plain"
                      className={styles.preset}
                      onPress={() => {
                        onQuery(setFilter(setFilter(query, 'after', preset.after), 'before', preset.before))
                        close()
                      }}
                    >
                      {preset.name}
                    </Button>
                  </li>
                ))}
              </ul>
              <DayFields
                key={`${after} ${before}`}
                after={after}
                before={before}
                onDays={(days) => {
                  onQuery(setFilter(setFilter(query, 'after', days.after), 'before', days.before))
                  close()
                }}
              />
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function describe(after: string, before: string): string {
  if (after === '' && before === '') return 'Date'
  if (before === '') return `Since ${formatDay(after)}`
  return after === '' ? `Before ${formatDay(before)}` : `${formatDay(after)} to ${formatDay(before)}`
}

interface DayFieldsProps {
  readonly after: string
  readonly before: string
  readonly onDays: (days: { readonly after: string | null; readonly before: string | null }) => void
}

function DayFields({ after, before, onDays }: DayFieldsProps): React.JSX.Element {
  const [from, setFrom] = useState(after)
  const [to, setTo] = useState(before)
  const isWrong = (value: string): boolean => value.trim() !== '' && dayOf(value) === undefined
  const error = 'Write 2025, 2025-03 or 2025-03-14'
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (!isWrong(from) && !isWrong(to)) onDays({ after: from.trim() || null, before: to.trim() || null })
      }}
    >
      <TextField
        label="Since"
        placeholder="Since, 2025-03"
        value={from}
        onChange={setFrom}
        error={isWrong(from) ? error : null}
      />
      <TextField label="Before" placeholder="Before, 2025-06" value={to} onChange={setTo} error={isWrong(to) ? error : null} />
      <Button type="submit" size="small">
        Set
      </Button>
    </form>
  )
}
