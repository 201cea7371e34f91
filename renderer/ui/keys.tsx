import { isMac, labelsOfKey } from './key-names.ts'
import styles from './keys.module.css'

/** A key combination as little caps: `Mod+K` becomes Ctrl K, or ⌘ K on a Mac. */
export function Keys({ of: combination }: { readonly of: string }): React.JSX.Element {
  return (
    <span className={styles.keys}>
      {labelsOfKey(combination, isMac()).map((label) => (
        <kbd key={label} className={styles.key}>
          {label}
        </kbd>
      ))}
    </span>
  )
}
