import { describe, expect, it } from 'vitest'
import {
  contentSecurityPolicy,
  isAppAddress,
  isPermitted,
  pagePreferences,
  privilegedSchemes,
  secureApp,
  secureContents,
  secureSession,
} from '../../../electron/security.ts'
import { contentSecurityPolicy as browserPolicy } from '../../../server/security.ts'
import { RecordedApp, RecordedContents, RecordedSession } from './recorders.ts'

const page = 'app://akin/index.html#/search'

describe('the page', () => {
  it.each([
    ['sandbox', true],
    ['contextIsolation', true],
    ['nodeIntegration', false],
    ['nodeIntegrationInWorker', false],
    ['nodeIntegrationInSubFrames', false],
    ['webSecurity', true],
    ['allowRunningInsecureContent', false],
    ['experimentalFeatures', false],
    ['webviewTag', false],
    ['navigateOnDragDrop', false],
    ['spellcheck', false],
  ])('has %s set to %s', (setting, value) => {
    expect(pagePreferences).toHaveProperty(setting, value)
  })

  it('cannot have its preferences changed by other code', () => {
    expect(Object.isFrozen(pagePreferences)).toBe(true)
  })
})

describe('the scheme', () => {
  it('is standard, secure and fetched from, and bypasses no policy', () => {
    expect(privilegedSchemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
  })

  it('has the policy of the browser host, to the letter', () => {
    expect(contentSecurityPolicy).toBe(browserPolicy)
    expect(contentSecurityPolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'",
    )
  })

  it.each(['app://akin/', 'app://akin/assets/a.js', 'app://akin/index.html?x#/y'])('takes %s for the window', (address) => {
    expect(isAppAddress(address)).toBe(true)
  })

  it.each([
    'app://akin.example/',
    'app://akin:80/',
    'app://user@akin/',
    'app://user:word@akin/',
    'app:akin',
    'app:///akin/',
    'https://akin/',
    'http://akin/',
    'file:///akin/index.html',
    'devtools://akin/',
    'data:text/html,akin',
    'about:blank',
    'akin',
    '',
  ])('does not take %s for the window', (address) => {
    expect(isAppAddress(address)).toBe(false)
  })
})

describe('permissions', () => {
  it('lets the window put text on the clipboard', () => {
    expect(isPermitted('clipboard-sanitized-write', { address: page, isTopFrame: true })).toBe(true)
  })

  it.each([
    ['to a frame in the page', { address: page, isTopFrame: false }],
    ['to another page', { address: 'https://akin.example/', isTopFrame: true }],
  ])('gives nothing %s', (_title, asker) => {
    expect(isPermitted('clipboard-sanitized-write', asker)).toBe(false)
  })

  const refused =
    'clipboard-read media geolocation notifications midi midiSysex pointerLock fullscreen openExternal fileSystem hid serial ' +
    'usb display-capture idle-detection local-fonts local-network-access persistent-storage storage-access unknown'

  it.each(refused.split(' '))('refuses %s by request and by check', (permission) => {
    const session = new RecordedSession()
    secureSession(session.asSession)
    let granted: unknown
    session.handler('permissionRequest')({}, permission, (value: unknown) => (granted = value), {
      requestingUrl: page,
      isMainFrame: true,
    })
    expect(granted).toBe(false)
    expect(session.handler('permissionCheck')({}, permission, 'app://akin/', { isMainFrame: true })).toBe(false)
  })

  it('refuses devices, and does not check spelling', () => {
    const session = new RecordedSession()
    secureSession(session.asSession)
    expect(session.handler('devicePermission')({ deviceType: 'usb', origin: 'app://akin' })).toBe(false)
    expect(session.calls.get('spellChecker')).toEqual([[false]])
  })
})

describe('requests of the session', () => {
  function isCancelled(url: string): unknown {
    const session = new RecordedSession()
    secureSession(session.asSession)
    let response: { cancel?: unknown } = {}
    session.handler('beforeRequest')({ url }, (value: { cancel?: unknown }) => (response = value))
    return response.cancel
  }

  it.each(['app://akin/assets/a.js', 'blob:app://akin/1-2', 'data:image/png;base64,AA'])('load %s', (url) => {
    expect(isCancelled(url)).toBe(false)
  })

  it.each([
    'https://example.org/',
    'http://127.0.0.1/',
    'ws://127.0.0.1/',
    'wss://example.org/',
    'file:///etc/hosts',
    'ftp://example.org/',
    'app://other/',
    'nonsense',
  ])('are cancelled for %s', (url) => {
    expect(isCancelled(url)).toBe(true)
  })

  it.each([
    ['blob:app://akin/7f', true],
    ['blob:https://example.org/7f', false],
    ['https://example.org/a.zip', false],
    ['data:text/plain,a', false],
  ])('may download %s: %s', (address, isAllowed) => {
    const session = new RecordedSession()
    secureSession(session.asSession)
    let isPrevented = false
    session.emit('will-download', { preventDefault: () => (isPrevented = true) }, { getURL: () => address })
    expect(!isPrevented).toBe(isAllowed)
  })
})

describe('every page of the app', () => {
  function securedContents(): RecordedContents {
    const app = new RecordedApp()
    secureApp(app.asApp)
    const contents = new RecordedContents()
    app.emit('web-contents-created', {}, contents)
    return contents
  }

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('stays where it is on %s', (event) => {
    const contents = securedContents()
    expect(contents.goesOn(event, 'app://akin/index.html')).toBe(true)
    for (const url of ['https://example.org/', 'file:///etc/hosts', 'data:text/html,x', 'app://other/'])
      expect({ url, goesOn: contents.goesOn(event, url) }).toEqual({ url, goesOn: false })
  })

  it('opens no window, takes no guest, and hides its addresses from WebRTC', () => {
    const contents = new RecordedContents()
    secureContents(contents.asContents)
    const [[handler]] = contents.calls.get('windowOpen') as [[() => unknown]]
    expect(handler()).toEqual({ action: 'deny' })
    expect(contents.goesOn('will-attach-webview', 'app://akin/')).toBe(false)
    expect(contents.calls.get('rtcPolicy')).toEqual([['disable_non_proxied_udp']])
  })

  it('is sandboxed by the app as a whole', () => {
    const app = new RecordedApp()
    secureApp(app.asApp)
    expect(app.calls.get('enableSandbox')).toHaveLength(1)
  })

  it('trusts no bad certificate and offers no certificate of the person', () => {
    const app = new RecordedApp()
    secureApp(app.asApp)
    const answers: unknown[] = []
    let prevented = 0
    const event = { preventDefault: () => prevented++ }
    app.emit('certificate-error', event, {}, 'https://example.org/', 'net::ERR', {}, (value: unknown) => answers.push(value))
    app.emit('select-client-certificate', event, {}, 'https://example.org/', [], (value: unknown) => answers.push(value))
    expect(answers).toEqual([false, undefined])
    expect(prevented).toBe(2)
  })
})
