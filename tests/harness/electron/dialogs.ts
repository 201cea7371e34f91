import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions } from 'electron'

/** What the system was asked for, in order; a test reads it. */
export const asked: { what: string; details: unknown }[] = []

const answers: { open: string[][]; message: number[] } = { open: [], message: [] }

export function answerOpen(filePaths: string[]): void {
  answers.open.push(filePaths)
}

export function answerMessage(response: number): void {
  answers.message.push(response)
}

/** Dialogs answer what a test put in beforehand, else as if they were closed. */
export const dialog = {
  async showOpenDialog(...args: unknown[]) {
    asked.push({ what: 'dialog.open', details: args.at(-1) })
    const filePaths = answers.open.shift() ?? []
    return { canceled: filePaths.length === 0, filePaths }
  },
  async showMessageBox(...args: unknown[]) {
    const options = args.at(-1) as { cancelId?: number }
    asked.push({ what: 'dialog.message', details: options })
    return { response: answers.message.shift() ?? options.cancelId ?? 0, checkboxChecked: false }
  },
  showErrorBox(title: string, content: string): void {
    asked.push({ what: 'dialog.error', details: { title, content } })
  },
}

export const shell = {
  async openExternal(url: string): Promise<void> {
    asked.push({ what: 'shell.openExternal', details: url })
  },
  async openPath(path: string): Promise<string> {
    asked.push({ what: 'shell.openPath', details: path })
    return ''
  },
  showItemInFolder(path: string): void {
    asked.push({ what: 'shell.showItemInFolder', details: path })
  },
}

const roles = new Set(
  (
    'appMenu editMenu windowMenu fileMenu viewMenu help quit close reload toggleDevTools resetZoom zoomIn zoomOut ' +
    'togglefullscreen about undo redo cut copy paste selectAll'
  ).split(' '),
)

export class Menu {
  static current: Menu | null = null
  readonly template: readonly MenuItemConstructorOptions[]

  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.template = template
  }

  static buildFromTemplate(template: readonly MenuItemConstructorOptions[]): Menu {
    for (const item of flat(template)) {
      if (item.role !== undefined && !roles.has(item.role)) throw new TypeError(`Unknown menu role: ${item.role}`)
      if (item.role === undefined && item.type === undefined && item.label === undefined)
        throw new TypeError('A menu item needs a label, a role or a type')
    }
    return new Menu(template)
  }

  static setApplicationMenu(menu: Menu | null): void {
    Menu.current = menu
  }

  /** Chooses an item by what it says. */
  static click(label: string): void {
    const item = flat(Menu.current?.template ?? []).find((one) => one.label?.replace('&', '') === label)
    if (item?.click === undefined) throw new Error(`There is no menu item “${label}”`)
    ;(item.click as () => void)()
  }
}

function flat(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])])
}

class NativeTheme extends EventEmitter {
  systemIsDark = false
  #source: 'system' | 'light' | 'dark' = 'system'

  get themeSource(): 'system' | 'light' | 'dark' {
    return this.#source
  }

  set themeSource(source: 'system' | 'light' | 'dark') {
    if (source === this.#source) return
    this.#source = source
    this.emit('updated')
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === 'system' ? this.systemIsDark : this.#source === 'dark'
  }
}

export const nativeTheme = new NativeTheme()

const display = { id: 1, workArea: { x: 0, y: 0, width: 1_920, height: 1_040 } }

export const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display] }
