/** What `import … from 'electron'` gives in the main process. */
export { app } from './app.ts'
export { dialog, Menu, nativeTheme, screen, shell } from './dialogs.ts'
export { ipcMain } from './ipc-main.ts'
export { MessageChannelMain } from './ports.ts'
export { safeStorage } from './safe-storage.ts'
export { protocol, session } from './session.ts'
export { utilityProcess } from './utility-process.ts'
export { BrowserWindow } from './window.ts'
