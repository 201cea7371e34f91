import { FileText, MessageSquareText, Newspaper, NotebookPen, type LucideIcon } from 'lucide-react'
import type { DocumentKind } from '../../shared/model/document.ts'

export interface KindLook {
  readonly icon: LucideIcon
  /** `Note` */
  readonly name: string
  /** `Notes` */
  readonly plural: string
}

export const kindLooks: Readonly<Record<DocumentKind, KindLook>> = {
  note: { icon: NotebookPen, name: 'Note', plural: 'Notes' },
  file: { icon: FileText, name: 'File', plural: 'Files' },
  article: { icon: Newspaper, name: 'Article', plural: 'Articles' },
  chat: { icon: MessageSquareText, name: 'Chat', plural: 'Chats' },
}
