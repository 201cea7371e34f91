import { describe, expect, it } from 'vitest'
import { menuTemplate } from '../../../electron/menu.ts'
import { placeWindow } from '../../../electron/window-state.ts'

const laptop = { x: 0, y: 25, width: 1_440, height: 875 }
const desk = { x: 1_440, y: 0, width: 2_560, height: 1_400 }

describe('where the window opens', () => {
  it('is the middle of the first screen the first time', () => {
    expect(placeWindow(null, [laptop])).toEqual({ width: 1_280, height: 820 })
  })

  it('is within a screen that is smaller than its first size', () => {
    expect(placeWindow(null, [{ x: 0, y: 0, width: 1_024, height: 740 }])).toEqual({ width: 1_024, height: 740 })
  })

  it('is where it was', () => {
    const bounds = { x: 1_500, y: 40, width: 1_600, height: 1_000 }
    expect(placeWindow(bounds, [laptop, desk])).toEqual(bounds)
  })

  it.each([
    ['on a screen that is gone', { x: 1_500, y: 40, width: 1_600, height: 1_000 }],
    ['above the screen', { x: 100, y: -400, width: 900, height: 700 }],
    ['below the screen', { x: 100, y: 890, width: 900, height: 700 }],
    ['nearly outside', { x: -850, y: 100, width: 900, height: 700 }],
  ])('is the first screen when it was %s', (_title, bounds) => {
    const placed = placeWindow(bounds, [laptop])
    expect(placed).not.toHaveProperty('x')
    expect(placed.width).toBeLessThanOrEqual(laptop.width)
    expect(placed.height).toBeLessThanOrEqual(laptop.height)
  })

  it('shrinks to the screen it is on, and never below its smallest size', () => {
    expect(placeWindow({ x: 0, y: 25, width: 2_000, height: 1_200 }, [laptop])).toEqual({
      x: 0,
      y: 25,
      width: 1_440,
      height: 875,
    })
    expect(placeWindow({ x: 0, y: 25, width: 10, height: 10 }, [laptop])).toMatchObject({ width: 720, height: 480 })
  })
})

describe('the menu', () => {
  const nothing = (): void => undefined
  const options = { hasDevTools: false, addFiles: nothing, addFolder: nothing, showLibraryFolder: nothing }
  const rolesOf = (items: ReturnType<typeof menuTemplate>): unknown[] =>
    items.flatMap((item) => [item.role, ...(Array.isArray(item.submenu) ? rolesOf(item.submenu) : [])]).filter(Boolean)

  it('has the tools of development in development alone', () => {
    expect(rolesOf(menuTemplate({ ...options, platform: 'linux' }))).not.toContain('toggleDevTools')
    expect(rolesOf(menuTemplate({ ...options, platform: 'linux', hasDevTools: true }))).toContain('toggleDevTools')
  })

  it('has an application menu, and closes windows instead of quitting, on a Mac', () => {
    const mac = rolesOf(menuTemplate({ ...options, platform: 'darwin' }))
    expect(mac[0]).toBe('appMenu')
    expect(mac).toContain('close')
    expect(mac).not.toContain('quit')
    expect(rolesOf(menuTemplate({ ...options, platform: 'win32' }))).toContain('quit')
  })

  it('takes no key from the window', () => {
    const items = menuTemplate({ ...options, platform: 'linux' }).flatMap(({ submenu }) =>
      Array.isArray(submenu) ? submenu : [],
    )
    const named = items.filter(({ accelerator }) => accelerator !== undefined)
    expect(named.map(({ registerAccelerator }) => registerAccelerator)).toEqual([false, false])
  })
})
