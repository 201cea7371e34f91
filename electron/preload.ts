import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import type { AkinBridge, Grant } from '../shared/contract/bridge.ts'
import type { EventMessage } from '../shared/contract/events.ts'
import type { Reply } from '../shared/contract/reply.ts'
import type { WireError } from '../shared/errors.ts'
import { channels, isRequestChannel } from './channels.ts'

/**
 * What the window gets of Electron: the four functions of the bridge. It names requests, never channels; it gets values,
 * never Electron's events; and the paths of dropped files go to the main process without passing through it.
 */
const bridge: AkinBridge<File> = {
  request: async (name, input, requestId) => {
    if (!isRequestChannel(name)) return failed('unknown-request', 'There is no such request')
    try {
      return (await ipcRenderer.invoke(name, input, requestId)) as Reply
    } catch {
      // The main process answers with values: it is going, or the input cannot be sent
      return failed('unavailable', 'Akin does not answer at the moment')
    }
  },
  cancel: (requestId) => ipcRenderer.send(channels.cancel, requestId),
  onEvent: (listener) => {
    const forward = (_event: IpcRendererEvent, message: EventMessage): void => listener(message)
    ipcRenderer.on(channels.event, forward)
    return () => {
      ipcRenderer.removeListener(channels.event, forward)
    }
  },
  grantFiles: async (files) => {
    const paths = files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '')
    if (paths.length === 0) return []
    return (await ipcRenderer.invoke(channels.grantFiles, paths)) as readonly Grant[]
  },
}

function failed(code: WireError['code'], message: string): Reply {
  return { ok: false, error: { code, message, retryable: code === 'unavailable' } }
}

contextBridge.exposeInMainWorld('akin', bridge)
