import { useEffect } from 'react'
import { useServices } from '../services-context.ts'
import type { Command } from './command.ts'

/** Offers commands while the component is shown. `commands` must be memoised. */
export function useCommands(scope: string, commands: readonly Command[]): void {
  const { commands: registry } = useServices()
  useEffect(() => {
    registry.set(scope, commands)
  }, [registry, scope, commands])
  useEffect(() => () => registry.remove(scope), [registry, scope])
}
