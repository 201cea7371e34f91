import { EventEmitter } from 'node:events'
import type { App, Session, WebContents } from 'electron'

type Listener = (...args: unknown[]) => unknown

/** Keeps what it is called with, under each method's name. */
class Recorder extends EventEmitter {
  readonly calls = new Map<string, unknown[][]>()

  protected record(name: string): Listener {
    return (...args) => {
      this.calls.set(name, [...(this.calls.get(name) ?? []), args])
    }
  }
}

export class RecordedSession extends Recorder {
  readonly setPermissionRequestHandler = this.record('permissionRequest')
  readonly setPermissionCheckHandler = this.record('permissionCheck')
  readonly setDevicePermissionHandler = this.record('devicePermission')
  readonly setSpellCheckerEnabled = this.record('spellChecker')
  readonly webRequest = { onBeforeRequest: this.record('beforeRequest') }

  get asSession(): Session {
    return this as unknown as Session
  }

  /** The handler that was set, with any arguments. */
  handler(name: string): Listener {
    const [call] = this.calls.get(name) ?? []
    if (call === undefined) throw new Error(`${name} was not set`)
    return call[0] as Listener
  }
}

export class RecordedContents extends Recorder {
  readonly setWindowOpenHandler = this.record('windowOpen')
  readonly setWebRTCIPHandlingPolicy = this.record('rtcPolicy')

  get asContents(): WebContents {
    return this as unknown as WebContents
  }

  /** Whether an event goes on after its listeners. */
  goesOn(event: string, url: string): boolean {
    let isPrevented = false
    this.emit(event, { url, preventDefault: () => (isPrevented = true) })
    return !isPrevented
  }
}

export class RecordedApp extends Recorder {
  readonly enableSandbox = this.record('enableSandbox')

  get asApp(): App {
    return this as unknown as App
  }
}
