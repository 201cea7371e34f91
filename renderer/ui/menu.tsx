import { Check, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  type MenuItemProps as AriaMenuItemProps,
  type MenuProps,
  type MenuSectionProps,
} from 'react-aria-components/Menu'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import { Keys } from './keys.tsx'
import styles from './menu.module.css'
import { Popover } from './popover.tsx'

/** The list of a menu in its layer; stands beside its button inside a `MenuTrigger`. */
export function Menu<T>(props: MenuProps<T> & { readonly placement?: 'bottom start' | 'bottom end' }): React.JSX.Element {
  const { placement = 'bottom start', ...rest } = props
  return (
    <Popover placement={placement}>
      <AriaMenu {...rest} className={styles.menu} />
    </Popover>
  )
}

interface MenuItemProps extends Omit<AriaMenuItemProps, 'children' | 'className'> {
  readonly children: ReactNode
  readonly icon?: LucideIcon
  /** At the end of the line: a count, or why it cannot be chosen. */
  readonly hint?: ReactNode
  readonly keys?: string
  readonly isDanger?: boolean
}

export function MenuItem({ children, icon, hint, keys, isDanger, ...rest }: MenuItemProps): React.JSX.Element {
  return (
    <AriaMenuItem {...rest} className={cx(styles.item, isDanger && styles.danger)}>
      {({ isSelected, selectionMode }) => (
        <>
          {selectionMode !== 'none' && <span className={styles.check}>{isSelected && <Icon of={Check} size="small" />}</span>}
          {icon !== undefined && <Icon of={icon} />}
          <span className={styles.label}>{children}</span>
          {hint !== undefined && <span className={styles.hint}>{hint}</span>}
          {keys !== undefined && <Keys of={keys} />}
        </>
      )}
    </AriaMenuItem>
  )
}

export function MenuSection<T extends object>({
  title,
  children,
  ...rest
}: Omit<MenuSectionProps<T>, 'className' | 'children'> & {
  readonly title?: string
  readonly children: ReactNode
}): React.JSX.Element {
  return (
    <AriaMenuSection {...rest} className={styles.section}>
      {title !== undefined && <Header className={styles.title}>{title}</Header>}
      {children}
    </AriaMenuSection>
  )
}
