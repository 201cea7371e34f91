import { useStore } from 'zustand'
import { KeyTable } from '../../app/keys-overlay.tsx'
import { useServices } from '../../app/services-context.ts'
import { Keys } from '../../ui/keys.tsx'
import { Switch } from '../../ui/switch.tsx'
import styles from './keyboard-pane.module.css'
import { SettingGroup } from './setting-row.tsx'
import { listKeys } from './list-keys.ts'

/** Every key, and the switch for those of one letter. */
export function KeyboardPane(): React.JSX.Element {
  const { settings } = useServices()
  const isOn = useStore(settings.store, (state) => state.settings.singleKeys)
  return (
    <>
      <SettingGroup>
        <Switch
          label="Keys of one letter"
          hint="j, k, x, s and the like act at once. Turn them off for speech input, or if you meet them by accident; everything stays in the palette."
          isOn={isOn}
          onChange={(singleKeys) => settings.update({ singleKeys })}
        />
      </SettingGroup>
      <SettingGroup title="In lists">
        <dl className={styles.keys}>
          {listKeys.map(({ keys, does }) => (
            <div key={does}>
              <dt>{does}</dt>
              <dd>
                {keys.map((key) => (
                  <Keys key={key} of={key} />
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </SettingGroup>
      <SettingGroup title="Everywhere">
        <div className={styles.everywhere}>
          <KeyTable />
        </div>
        <p className={styles.hint}>
          <Keys of="?" /> shows the keys of the screen you are on.
        </p>
      </SettingGroup>
    </>
  )
}
