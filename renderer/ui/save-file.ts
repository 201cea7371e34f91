/** Saves bytes as a download, under the given name. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The browser has taken the blob over by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
