import { ChevronDown, ChevronUp, TextSearch, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { formatNumber } from '../../ui/format.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { maxMatches } from './find-in-text.ts'
import styles from './find-bar.module.css'
import type { Find } from './use-find.ts'

/** The field of find-in-page, with its count and steps. */
export function FindBar({ find, onClose }: { readonly find: Find; readonly onClose: () => void }): React.JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  const onKeyDown = (event: { key: string; shiftKey: boolean; preventDefault: () => void }): void => {
    if (event.key === 'Enter') find.step(event.shiftKey ? -1 : 1)
    else if (event.key === 'Escape') onClose()
    else return
    event.preventDefault()
  }
  return (
    <search className={styles.find} aria-label="In this text">
      <TextField
        label="Find in page"
        placeholder="Find in page"
        icon={TextSearch}
        value={find.text}
        onChange={find.setText}
        inputRef={input}
        autoFocus
        onKeyDown={onKeyDown}
        className={styles.field}
        end={
          <>
            <span className={styles.count} role="status">
              {find.text !== '' && describe(find)}
            </span>
            <IconButton
              icon={ChevronUp}
              size="small"
              label="Previous"
              keys="Shift+Enter"
              onPress={() => find.step(-1)}
              isDisabled={find.matches.length === 0}
            />
            <IconButton
              icon={ChevronDown}
              size="small"
              label="Next"
              keys="Enter"
              onPress={() => find.step(1)}
              isDisabled={find.matches.length === 0}
            />
          </>
        }
      />
      <IconButton icon={X} label="Close find" keys="Escape" onPress={onClose} />
    </search>
  )
}

function describe({ matches, index }: Find): string {
  if (matches.length === 0) return 'none'
  const total = matches.length === maxMatches ? `${formatNumber(maxMatches)} or more` : formatNumber(matches.length)
  return `${formatNumber(index + 1)} of ${total}`
}
