import { ChevronDown, Cloud, Laptop } from 'lucide-react'
import { MenuTrigger } from 'react-aria-components/Menu'
import { useStore } from 'zustand'
import type { SearchMode } from '../../../shared/model/search.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { describeHeld, isIncomplete, shortName } from '../spaces/space-facts.ts'
import styles from './space-menu.module.css'

interface SpaceMenuProps {
  /** The space that is searched; `null` for the one that searches use. */
  readonly space: number | null
  readonly mode: SearchMode
  readonly onSpace: (space: number | null) => void
}

/** Which space is searched; there only when there is a choice. */
export function SpaceMenu({ space, mode, onSpace }: SpaceMenuProps): React.JSX.Element | null {
  const { spaces } = useServices()
  const all = useStore(spaces.store, (state) => state.spaces)
  const current = all.find(({ id, isDefault }) => (space === null ? isDefault : id === space))
  if (all.length < 2 || current === undefined) return null
  return (
    <MenuTrigger>
      <Button
        look="plain"
        size="small"
        endIcon={ChevronDown}
        isDisabled={mode === 'keyword'}
        aria-label={`Space: ${current.name}`}
        className={styles.button}
      >
        <span className={styles.name}>{shortName(current.name)}</span>
      </Button>
      <Menu
        aria-label="Space to search in"
        placement="bottom end"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[current.id]}
        onSelectionChange={(keys) => {
          const [key] = keys
          const chosen = all.find(({ id }) => id === key)
          if (chosen !== undefined) onSpace(chosen.isDefault ? null : chosen.id)
        }}
      >
        {all.map((one) => (
          <MenuItem
            key={one.id}
            id={one.id}
            textValue={one.name}
            icon={one.recipe.type === 'remote' ? Cloud : Laptop}
            hint={hintOf(one)}
            isDisabled={one.state === 'refused'}
          >
            {one.name}
          </MenuItem>
        ))}
      </Menu>
    </MenuTrigger>
  )
}

function hintOf(space: Parameters<typeof describeHeld>[0]): string | undefined {
  if (space.state === 'refused') return 'cannot be used'
  if (isIncomplete(space)) return describeHeld(space)
  if (space.recipe.type === 'remote') return `sends the query to ${space.where}`
  return space.isDefault ? 'in use' : undefined
}
