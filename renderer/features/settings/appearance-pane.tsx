import { useStore } from 'zustand'
import { useServices } from '../../app/services-context.ts'
import { Segments } from '../../ui/segments.tsx'
import { TextSizeStepper } from '../reader/text-size-menu.tsx'
import styles from './appearance-pane.module.css'
import { SettingGroup, SettingRow } from './setting-row.tsx'

/** Theme, text size, and what stands beside the text. */
export function AppearancePane(): React.JSX.Element {
  const { settings } = useServices()
  const { theme, kinPanel, readerFontSizePx } = useStore(settings.store, (state) => state.settings)
  return (
    <SettingGroup>
      <SettingRow name="Theme" hint="The system’s own, or always one of the two">
        <Segments
          label="Theme"
          value={theme}
          options={[
            { value: 'system', label: 'System' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
          onChange={(value) => settings.update({ theme: value })}
        />
      </SettingRow>
      <SettingRow name="Text of the reader" hint="About 70 characters a line at every size">
        <TextSizeStepper />
      </SettingRow>
      <p className={styles.sample} style={{ fontSize: readerFontSizePx }}>
        What helped was getting up, sitting in the cold kitchen with the crossword, and going back before the heating came on.
      </p>
      <SettingRow name="Kin beside the text" hint="In wide windows; k shows and hides them at any time">
        <Segments
          label="Kin beside the text"
          value={kinPanel ? 'on' : 'off'}
          options={[
            { value: 'on', label: 'Shown' },
            { value: 'off', label: 'Hidden' },
          ]}
          onChange={(value) => settings.update({ kinPanel: value === 'on' })}
        />
      </SettingRow>
    </SettingGroup>
  )
}
