import { ChevronDown } from 'lucide-react'
import { MenuTrigger } from 'react-aria-components/Menu'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import type { SearchSort } from './search-params.ts'

const names: Readonly<Record<SearchSort, string>> = { best: 'Best first', newest: 'Newest first', oldest: 'Oldest first' }

export function SortMenu({
  sort,
  onSort,
}: {
  readonly sort: SearchSort
  readonly onSort: (sort: SearchSort) => void
}): React.JSX.Element {
  return (
    <MenuTrigger>
      <Button look="plain" size="small" endIcon={ChevronDown} aria-label={`Order: ${names[sort]}`}>
        {names[sort]}
      </Button>
      <Menu
        aria-label="Order"
        placement="bottom end"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[sort]}
        onSelectionChange={(keys) => {
          const [key] = keys
          if (key !== undefined) onSort(key as SearchSort)
        }}
      >
        {(Object.keys(names) as SearchSort[]).map((one) => (
          <MenuItem key={one} id={one}>
            {names[one]}
          </MenuItem>
        ))}
      </Menu>
    </MenuTrigger>
  )
}
