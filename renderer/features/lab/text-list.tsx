import { Plus, X } from 'lucide-react'
import { useRef } from 'react'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { fewestTexts, mostTexts } from './lab-store.ts'
import { letterOf } from './matrix.ts'
import styles from './text-list.module.css'

const longestText = 20_000

/** The texts that are compared, each under its letter. */
export function TextList(): React.JSX.Element {
  const { lab } = useServices()
  const texts = useStore(lab.store, (state) => state.texts)
  const list = useRef<HTMLOListElement>(null)
  const focus = (index: number): void => {
    // After the list has been drawn with it, or without.
    requestAnimationFrame(() => list.current?.querySelectorAll('textarea')[index]?.focus())
  }
  return (
    <>
      <ol ref={list} className={styles.list}>
        {texts.map((text, index) => (
          <li key={index}>
            <span className={styles.letter} aria-hidden>
              {letterOf(index)}
            </span>
            <TextArea
              label={`Text ${letterOf(index)}`}
              value={text}
              onChange={(next) => lab.setText(index, next)}
              maxLength={longestText}
              className={styles.text}
            />
            <IconButton
              icon={X}
              size="small"
              label={`Remove text ${letterOf(index)}`}
              isDisabled={texts.length <= fewestTexts}
              onPress={() => {
                lab.removeText(index)
                focus(Math.max(0, index - 1))
              }}
            />
          </li>
        ))}
      </ol>
      <Button
        look="plain"
        size="small"
        icon={Plus}
        isDisabled={texts.length >= mostTexts}
        onPress={() => {
          lab.addText()
          focus(texts.length)
        }}
      >
        {texts.length >= mostTexts ? 'Sixteen texts are the most' : 'Add a text'}
      </Button>
    </>
  )
}
