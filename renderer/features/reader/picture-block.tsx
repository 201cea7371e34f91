import { ImageOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Block } from '../../../shared/model/content.ts'
import { useServices } from '../../app/services-context.ts'
import { Icon } from '../../ui/icon.tsx'
import { useArticle } from './article-context.ts'
import styles from './article.module.css'
import { siteOfPicture } from './pictures.ts'

type PictureState =
  | { readonly state: 'waiting' }
  | { readonly state: 'shown'; readonly address: string }
  | { readonly state: 'failed'; readonly message: string }

/** A picture of the text. One of another site is loaded only when the person said so. */
export function PictureBlock({ block }: { readonly block: Extract<Block, { type: 'image' }> }): React.JSX.Element {
  const { document, mayLoad } = useArticle()
  const { client } = useServices()
  const [picture, setPicture] = useState<PictureState>({ state: 'waiting' })
  const isAllowed = mayLoad(block.src)
  const isInline = /^data:image\//iu.test(block.src)
  useEffect(() => {
    if (!isAllowed || isInline) return
    const controller = new AbortController()
    client.request('images.load', { documentId: document.id, src: block.src }, { signal: controller.signal }).then(
      ({ mediaType, base64 }) =>
        setPicture(
          mediaType.startsWith('image/')
            ? { state: 'shown', address: `data:${mediaType};base64,${base64}` }
            : { state: 'failed', message: 'It is not a picture' },
        ),
      (error: unknown) => {
        if (!controller.signal.aborted) setPicture({ state: 'failed', message: error instanceof Error ? error.message : '' })
      },
    )
    return () => controller.abort()
  }, [client, document.id, block.src, isAllowed, isInline])
  const address = isInline ? block.src : picture.state === 'shown' ? picture.address : null
  return (
    <figure className={styles.figure} data-piece={block.start}>
      {address === null ? (
        <p className={styles.noPicture}>
          <Icon of={ImageOff} />
          <span>{describeMissing(block, picture, isAllowed)}</span>
        </p>
      ) : (
        <img src={address} alt={block.alt} className={styles.picture} />
      )}
      {address !== null && block.alt !== '' && <figcaption aria-hidden>{block.alt}</figcaption>}
    </figure>
  )
}

function describeMissing({ alt, src }: { alt: string; src: string }, picture: PictureState, isAllowed: boolean): string {
  const name = alt === '' ? 'Picture' : alt
  if (picture.state === 'failed') return `${name}: ${picture.message === '' ? 'could not be loaded' : picture.message}`
  if (isAllowed) return name
  return `${name}, not loaded from ${siteOfPicture(src) ?? 'another site'}`
}
