import { Columns2, Ellipsis, KeyRound, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { MenuTrigger } from 'react-aria-components/Menu'
import { useNavigate } from 'react-router'
import type { SpaceInfo } from '../../../shared/model/space.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { writeCompareParams } from './compare-params.ts'
import { KeyField } from './key-field.tsx'
import styles from './space-actions.module.css'

interface SpaceActionsProps {
  readonly space: SpaceInfo
  readonly canCompare: boolean
}

/** What can be done with a space. */
export function SpaceActions({ space, canCompare }: SpaceActionsProps): React.JSX.Element {
  const { spaces } = useServices()
  const navigate = useNavigate()
  const [isKeyOpen, setKeyOpen] = useState(false)
  const act = (key: string | number): void => {
    if (key === 'remove') spaces.remove(space)
    else if (key === 'key') setKeyOpen(true)
    else void navigate(writeCompareParams({ q: '', ids: [null, space.isDefault ? null : space.id], mode: 'vector' }))
  }
  const disabled = [canCompare ? null : 'compare', space.isDefault ? 'remove' : null].filter((key) => key !== null)
  return (
    <div className={styles.actions}>
      <Button
        size="small"
        isDisabled={space.isDefault || space.state === 'refused'}
        onPress={() => spaces.use(space)}
        aria-label={space.isDefault ? `${space.name} is in use` : `Use ${space.name} for searches`}
      >
        {space.isDefault ? 'In use' : 'Use'}
      </Button>
      <MenuTrigger>
        <IconButton icon={Ellipsis} size="small" label={`More about ${space.name}`} />
        <Menu aria-label={space.name} onAction={act} disabledKeys={disabled}>
          <MenuItem id="compare" icon={Columns2} hint={canCompare ? undefined : 'needs a second space'}>
            Compare
          </MenuItem>
          {space.recipe.type === 'remote' && (
            <MenuItem id="key" icon={KeyRound}>
              Key…
            </MenuItem>
          )}
          <MenuItem id="remove" icon={Trash2} isDanger={!space.isDefault} hint={space.isDefault ? 'searches use it' : undefined}>
            Remove
          </MenuItem>
        </Menu>
      </MenuTrigger>
      {space.recipe.type === 'remote' && (
        <Dialog title={`Key for ${space.where}`} isOpen={isKeyOpen} onClose={() => setKeyOpen(false)} size="medium">
          <div className={styles.key}>
            <KeyField baseUrl={space.recipe.baseUrl} isNeeded={false} />
          </div>
        </Dialog>
      )}
    </div>
  )
}
