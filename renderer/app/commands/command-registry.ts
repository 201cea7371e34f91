import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Command } from './command.ts'

interface RegistryState {
  /** By scope, in the order the scopes were opened. */
  readonly scopes: ReadonlyMap<string, readonly Command[]>
}

/** What can be done at the moment: each screen and panel adds its commands while it is shown. */
export interface CommandRegistry {
  readonly store: StoreApi<RegistryState>
  readonly set: (scope: string, commands: readonly Command[]) => void
  readonly remove: (scope: string) => void
}

export function createCommandRegistry(): CommandRegistry {
  const store = createStore<RegistryState>(() => ({ scopes: new Map() }))
  return {
    store,
    set(scope, commands) {
      store.setState(({ scopes }) => ({ scopes: new Map(scopes).set(scope, commands) }))
    },
    remove(scope) {
      store.setState(({ scopes }) => {
        const rest = new Map(scopes)
        rest.delete(scope)
        return { scopes: rest }
      })
    },
  }
}

/** All commands, those of the most special scope last. */
export function allCommands(state: RegistryState): readonly Command[] {
  return [...state.scopes.values()].flat()
}
