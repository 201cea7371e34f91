import type { App, CustomScheme, Session, WebContents, WebPreferences } from 'electron'

/** Where the window lives: nothing else is ever loaded into it. */
export const appScheme = 'app'
export const appHost = 'akin'
export const appAddress = `${appScheme}://${appHost}/index.html`

/** The partition of the window's session; kept, for the window remembers its theme and its panes. */
export const partition = 'persist:akin'

/** Registered once, before Electron is ready. The content-security policy holds for it: `bypassCSP` stays away. */
export const privilegedSchemes: CustomScheme[] = [
  { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]

/**
 * What the window's page may do: nothing beyond a page in a browser. Turning `contextIsolation` off would end the
 * sandbox as well.
 */
export const pagePreferences = Object.freeze({
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
}) satisfies WebPreferences

/** On every answer of the app's scheme: its own files, nothing from elsewhere, no inline code, no eval. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/** Schemes the window's session loads from. Whatever else is asked for, by any way around the policy, is cancelled. */
const loadedSchemes: ReadonlySet<string> = new Set([`${appScheme}:`, 'blob:', 'data:', 'devtools:'])

/** True for addresses of the window itself. */
export function isAppAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, username, password } = new URL(address)
  return protocol === `${appScheme}:` && host === appHost && username === '' && password === ''
}

/**
 * The one permission that is granted: putting text on the clipboard when a person pressed Copy, which Chromium asks
 * about. Reading the clipboard is another permission, and refused like all others.
 */
export function isPermitted(permission: string, { address, isTopFrame }: { address: string; isTopFrame: boolean }): boolean {
  return permission === 'clipboard-sanitized-write' && isTopFrame && isAppAddress(address)
}

/** Closes what a session allows by itself: Electron's defaults grant every permission and load from everywhere. */
export function secureSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl, isMainFrame }) =>
    callback(isPermitted(permission, { address: requestingUrl, isTopFrame: isMainFrame })),
  )
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, { isMainFrame }) =>
    isPermitted(permission, { address: requestingOrigin, isTopFrame: isMainFrame }),
  )
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !isLoaded(url) }))
  session.on('will-download', (event, item) => {
    // What the window itself made (an export) is saved; no page sends files
    if (!isOwnBlob(item.getURL())) event.preventDefault()
  })
}

function isLoaded(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol } = new URL(address)
  return protocol === `${appScheme}:` ? isAppAddress(address) : loadedSchemes.has(protocol)
}

function isOwnBlob(address: string): boolean {
  return address.startsWith('blob:') && isAppAddress(address.slice('blob:'.length))
}

/** Holds a page where it is: no other address in any of its frames, no further window, no guest. */
export function secureContents(contents: WebContents): void {
  const stay = (event: { readonly url: string; preventDefault: () => void }): void => {
    if (!isAppAddress(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  // WebRTC is not under the content-security policy
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}

/** Everything that holds for every page and connection of the app; called once, before Electron is ready. */
export function secureApp(app: App): void {
  app.enableSandbox()
  app.on('web-contents-created', (_event, contents) => secureContents(contents))
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
    event.preventDefault()
    callback(false)
  })
  app.on('select-client-certificate', (event, _contents, _url, _certificates, callback) => {
    event.preventDefault()
    callback()
  })
}
