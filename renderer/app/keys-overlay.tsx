import { useMemo } from 'react'
import { useStore } from 'zustand'
import { Dialog } from '../ui/dialog.tsx'
import { Keys } from '../ui/keys.tsx'
import { allCommands } from './commands/command-registry.ts'
import { commandGroups, type Command } from './commands/command.ts'
import styles from './keys-overlay.module.css'
import { useServices } from './services-context.ts'

/** The keys of the screen one is on. */
export function KeysOverlay(): React.JSX.Element {
  const { layers } = useServices()
  const isOpen = useStore(layers.store, (state) => state.isKeysOpen)
  return (
    <Dialog title="Keys" isOpen={isOpen} onClose={() => layers.setKeysOpen(false)} size="medium">
      {/* The list scrolls with the arrow keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.body} tabIndex={0} role="region" aria-label="Keys">
        <KeyTable />
      </div>
    </Dialog>
  )
}

/** Every key that acts at the moment, by what it acts on. */
export function KeyTable(): React.JSX.Element {
  const { commands } = useServices()
  const state = useStore(commands.store)
  const groups = useMemo(() => groupByTitle(allCommands(state)), [state])
  return (
    <div className={styles.groups}>
      {groups.map(({ title, commands: shown }) => (
        <section key={title} className={styles.group}>
          <h3>{title}</h3>
          <dl>
            {shown.map((command) => (
              <div key={command.id} className={styles.line}>
                <dt>{command.title}</dt>
                <dd>
                  {command.keys?.map((key) => (
                    <Keys key={key} of={key} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}

function groupByTitle(commands: readonly Command[]): { title: string; commands: Command[] }[] {
  const withKeys = commands.filter(({ keys }) => keys !== undefined && keys.length > 0)
  return commandGroups
    .map((title) => ({ title, commands: withKeys.filter(({ group }) => group === title) }))
    .filter((group) => group.commands.length > 0)
}
