import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Rectangle } from 'electron'
import { z } from 'zod'

export const smallestWindow = { width: 720, height: 480 } as const
const firstSize = { width: 1_280, height: 820 } as const

/** At least this much of a window's top edge must be on a screen, so that it can be taken hold of. */
const handle = { width: 120, height: 40 } as const

const StoredState = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() }).nullable(),
  isMaximized: z.boolean(),
  /** The theme of the settings, so that the first frame has its colour before the library is open. */
  theme: z.enum(['system', 'light', 'dark']),
})

/** What the window remembers beside the library, which holds everything else. */
export type WindowState = z.infer<typeof StoredState>

const firstState: WindowState = { bounds: null, isMaximized: false, theme: 'system' }

/** Reads the file of the last time; a missing or broken one is the first time. */
export function readWindowState(file: string): WindowState {
  try {
    const result = StoredState.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return result.success ? result.data : firstState
  } catch {
    // Not there yet, or cut off by a crash: nothing in it is worth a word
    return firstState
  }
}

export function writeWindowState(file: string, state: WindowState): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${file}.tmp`, file)
}

/**
 * Where the window opens: where it was, unless that screen is gone or has become smaller.
 *
 * @param screens work areas of the screens, the first one is where a new window goes; in device-independent pixels
 */
export function placeWindow(remembered: Rectangle | null, screens: readonly Rectangle[]): Partial<Rectangle> {
  if (remembered === null) return fitted(firstSize, screens[0])
  const screen = screens.find((area) => canBeHeld(remembered, area))
  const size = fitted(remembered, screen ?? screens[0])
  return screen === undefined ? size : { x: remembered.x, y: remembered.y, ...size }
}

function fitted(size: { width: number; height: number }, screen: Rectangle | undefined): { width: number; height: number } {
  return {
    width: Math.max(smallestWindow.width, Math.min(size.width, screen?.width ?? size.width)),
    height: Math.max(smallestWindow.height, Math.min(size.height, screen?.height ?? size.height)),
  }
}

function canBeHeld({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const seenWidth = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return seenWidth >= Math.min(handle.width, width) && y >= area.y - 1 && y <= area.y + area.height - handle.height
}
