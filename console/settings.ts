/** What a person chose for this browser; nothing of the data is kept here. */
export type Theme = 'auto' | 'light' | 'dark'

const THEME = 'recollect-theme'
const SHORTCUTS = 'recollect-shortcuts'

export function readTheme(): Theme {
  const theme = localStorage.getItem(THEME)
  return theme === 'light' || theme === 'dark' ? theme : 'auto'
}

export function setTheme(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'auto') {
    localStorage.removeItem(THEME)
    delete dataset.theme
  } else {
    localStorage.setItem(THEME, theme)
    dataset.theme = theme
  }
}

/** Single keys can be in the way of speech input, so they can be switched off. */
export function readShortcuts(): boolean {
  return localStorage.getItem(SHORTCUTS) !== 'off'
}

export function setShortcuts(on: boolean): void {
  localStorage.setItem(SHORTCUTS, on ? 'on' : 'off')
}
