import { useEffect } from 'react'
import { isMac, keyOf } from '../../ui/key-names.ts'
import { useServices } from '../services-context.ts'
import { allCommands } from './command-registry.ts'
import { commandForKey, type KeyPlace } from './command.ts'

/** Runs commands by their keys, for the whole window. What a component handled itself is left alone. */
export function useKeyDispatch(): void {
  const { commands, settings } = useServices()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      const command = commandForKey(allCommands(commands.store.getState()), keyOf(event, isMac()), placeOf(event), {
        singleKeys: settings.store.getState().settings.singleKeys,
      })
      if (command === undefined) return
      event.preventDefault()
      command.run()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [commands, settings])
}

const textFields =
  'input:not([type=checkbox], [type=radio], [type=button], [type=range]), textarea, select, [contenteditable=true]'
const controls = 'button, a[href], summary, [role=button], [role=menuitem], [role=option], [role=tab], input'

function placeOf({ target }: KeyboardEvent): KeyPlace {
  const isWithin = (selector: string): boolean => target instanceof Element && target.closest(selector) !== null
  return { isTextField: isWithin(textFields), isLayer: isWithin('[data-layer]'), isControl: isWithin(controls), isWithin }
}
