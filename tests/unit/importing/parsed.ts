import type { Block, Mark } from '../../../shared/model/content.ts'
import { chooseFormat } from '../../../engine/importing/formats/registry.ts'
import type { ParsedDocument, ParseInput } from '../../../engine/importing/parse-result.ts'

/** Reads a text as the parser process would, without chunks. */
export async function parsed(text: string | Uint8Array, name: string, more: Partial<ParseInput> = {}): Promise<ParsedDocument> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const { format, input } = chooseFormat({ bytes, name, ...more })
  return format.read(input)
}

/** The blocks of a document in short: type, details and text. */
export function outline({ text, content }: ParsedDocument): string[] {
  return content.blocks.map((block) => `${labelOf(block)}: ${text.slice(block.start, block.end)}`)
}

export function marksOf({ text, content }: ParsedDocument): string[] {
  return content.marks.map((mark) => `${nameOf(mark)}: ${text.slice(mark.start, mark.end)}`)
}

function labelOf(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `h${block.level}`
    case 'list-item': {
      const box = block.checked === undefined ? '' : block.checked ? ' [x]' : ' [ ]'
      return `${'  '.repeat(block.depth)}${block.ordinal === null ? '-' : `${block.ordinal}.`}${box}`
    }
    case 'quote':
      return '>'.repeat(block.depth)
    case 'code':
      return `code ${block.language ?? ''}`.trim()
    case 'table-row':
      return block.isHeader ? 'header' : 'row'
    case 'image':
      return `image ${block.src}`
    case 'paragraph':
      return 'p'
    case 'rule':
      return 'rule'
  }
}

function nameOf(mark: Mark): string {
  if (mark.type === 'link') return `link ${mark.href}`
  return mark.type === 'wiki-link' ? `wiki ${mark.target}` : mark.type
}
