import type { Content } from '../../../shared/model/content.ts'

export function isWebAddress(address: string): boolean {
  return /^https?:\/\//iu.test(address)
}

/** The site that would see that a picture was loaded; `null` for pictures that lie on this computer. */
export function siteOfPicture(src: string): string | null {
  const address = src.startsWith('//') ? `https:${src}` : src
  return isWebAddress(address) && URL.canParse(address) ? new URL(address).hostname : null
}

export interface BlockedPictures {
  readonly count: number
  /** In the order they come, each once. */
  readonly sites: readonly string[]
}

/** Pictures of other sites that may not be loaded yet. */
export function blockedPictures({ blocks }: Content, allowedSites: readonly string[]): BlockedPictures {
  const sites = blocks.flatMap((block) => {
    const site = block.type === 'image' ? siteOfPicture(block.src) : null
    return site === null || allowedSites.includes(site) ? [] : [site]
  })
  return { count: sites.length, sites: [...new Set(sites)] }
}
