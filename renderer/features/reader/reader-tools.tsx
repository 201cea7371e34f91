import { ExternalLink, PanelRight, Star, Tag, TextSearch } from 'lucide-react'
import { useRef } from 'react'
import type { Document } from '../../../shared/model/document.ts'
import { useServices } from '../../app/services-context.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { TagEditor } from '../documents/tag-editor.tsx'
import { TextSizeMenu } from './text-size-menu.tsx'
import type { Find } from './use-find.ts'

interface ReaderToolsProps {
  readonly document: Document | null
  readonly find: Find
  readonly tags: { readonly isOpen: boolean; readonly setOpen: (isOpen: boolean) => void }
  readonly kin: { readonly isOpen: boolean; readonly toggle: () => void }
}

/** What can be done with the open item, as buttons. */
export function ReaderTools({ document, find, tags, kin }: ReaderToolsProps): React.JSX.Element {
  const { actions } = useServices()
  const tagButton = useRef<HTMLButtonElement>(null)
  const isMissing = document === null
  const isStarred = document?.isStarred ?? false
  return (
    <>
      {!find.isOpen && (
        <IconButton icon={TextSearch} label="Find in page" keys="Mod+F" onPress={() => find.open()} isDisabled={isMissing} />
      )}
      <TextSizeMenu />
      <IconButton ref={tagButton} icon={Tag} label="Tags" keys="t" onPress={() => tags.setOpen(true)} isDisabled={isMissing} />
      <IconButton
        icon={Star}
        tone="star"
        label={isStarred ? 'Take the star away' : 'Star'}
        keys="s"
        isOn={isStarred}
        isFilled={isStarred}
        onPress={() => document !== null && actions.star([document], !isStarred)}
        isDisabled={isMissing}
      />
      <IconButton
        icon={ExternalLink}
        label="Open the original"
        keys="o"
        onPress={() => document !== null && void actions.openOriginal(document)}
        isDisabled={isMissing}
      />
      <IconButton icon={PanelRight} label="Kin" keys="k" isOn={kin.isOpen} onPress={() => kin.toggle()} />
      {document !== null && (
        <TagEditor
          isOpen={tags.isOpen}
          onClose={() => tags.setOpen(false)}
          anchor={tagButton}
          tags={document.tags}
          title={`Tags of ${document.title}`}
          onChange={(add, remove) => actions.tag([document], add, remove)}
        />
      )}
    </>
  )
}
