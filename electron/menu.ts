import type { MenuItemConstructorOptions } from 'electron'

export interface MenuOptions {
  readonly platform: NodeJS.Platform
  readonly hasDevTools: boolean
  readonly addFiles: () => void
  readonly addFolder: () => void
  readonly showLibraryFolder: () => void
}

/**
 * The application's menu: roles of the system, and what has a place in a menu though the window has it too. The keys of
 * these items are the window's own (it shows what they do), so the menu names them and leaves them alone.
 */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const isMac = options.platform === 'darwin'
  return [
    ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    { label: '&File', submenu: fileMenu(options, isMac) },
    { role: 'editMenu' },
    { label: '&View', submenu: viewMenu(options.hasDevTools) },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ label: 'Show the &library’s folder', click: options.showLibraryFolder }] },
  ]
}

function fileMenu({ addFiles, addFolder }: MenuOptions, isMac: boolean): MenuItemConstructorOptions[] {
  const ownKeys = { registerAccelerator: false } as const
  return [
    { label: '&Choose Files…', accelerator: 'CmdOrCtrl+Shift+O', ...ownKeys, click: addFiles },
    { label: 'Add a &Folder…', accelerator: 'CmdOrCtrl+O', ...ownKeys, click: addFolder },
    { type: 'separator' },
    { role: isMac ? 'close' : 'quit' },
  ]
}

function viewMenu(hasDevTools: boolean): MenuItemConstructorOptions[] {
  const development: MenuItemConstructorOptions[] = hasDevTools
    ? [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }]
    : []
  return [
    ...development,
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
}
