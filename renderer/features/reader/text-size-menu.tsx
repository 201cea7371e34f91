import { ALargeSmall, Minus, Plus } from 'lucide-react'
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog'
import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Popover } from '../../ui/popover.tsx'
import { largestFont, smallestFont } from './text-size.ts'
import styles from './text-size-menu.module.css'

/** Makes the text of the reader larger or smaller, in all items. */
export function TextSizeMenu(): React.JSX.Element {
  return (
    <DialogTrigger>
      <IconButton icon={ALargeSmall} label="Text size" />
      <Popover holdsDialog placement="bottom end">
        <Dialog aria-label="Text size" className={styles.dialog}>
          <TextSizeStepper />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

export function TextSizeStepper(): React.JSX.Element {
  const { settings } = useServices()
  const size = useStore(settings.store, (state) => state.settings.readerFontSizePx)
  const set = (readerFontSizePx: number): void => settings.update({ readerFontSizePx })
  return (
    <div className={styles.stepper} role="group" aria-label="Text size">
      <IconButton icon={Minus} label="Smaller" onPress={() => set(size - 1)} isDisabled={size <= smallestFont} />
      <span className={styles.size} role="status">
        {size} px
      </span>
      <IconButton icon={Plus} label="Larger" onPress={() => set(size + 1)} isDisabled={size >= largestFont} />
    </div>
  )
}
