import type { Settings } from '../../shared/model/library.ts'

type Theme = Settings['theme']

const storageKey = 'akin.theme'

/** Fixes the theme, or follows the system. Remembered in this window, so that the next start does not flash. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  localStorage.setItem(storageKey, theme)
}

export function applyRememberedTheme(): void {
  const theme = localStorage.getItem(storageKey)
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
}

/** What is seen at the moment, whether chosen or the system's. */
export function shownTheme(theme: Theme): 'light' | 'dark' {
  if (theme !== 'system') return theme
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
